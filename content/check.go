package content

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// FoldName folds what readers take for the same name: width, case and spaces.
func FoldName(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(width.Fold.String(name)), ""))
}

// crossCheck looks at what can be judged only when all files are read.
func (l *loader) crossCheck() {
	l.hang()
	for _, link := range l.links {
		if l.lib.Entries[link.to] == nil {
			l.report(link.at, "没有 %q 这个条目", link.to)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(replyPlaceholders)) {
		if l.lib.Replies[id] == nil {
			l.report(position{"replies/" + id + ".md", 1, 1}, "缺少这个回复")
		}
	}
	tags := map[[4]byte]string{}
	for _, id := range slices.Sorted(maps.Keys(l.lib.Questionnaires)) {
		tag := QuestionnaireTag(id)
		if other := tags[tag]; other != "" {
			l.report(position{"surveys/" + id + ".yaml", 1, 1}, "文件名与 %s 的短码相同，请换一个", other)
		}
		tags[tag] = id
	}
}

// QuestionnaireTag is the short form of a questionnaire's id that tickets carry.
func QuestionnaireTag(id string) [4]byte {
	sum := sha256.Sum256([]byte("questionnaire " + id))
	return [4]byte(sum[:4])
}

func (l *loader) report(at position, format string, args ...any) {
	l.problems.Add(Problem{at.file, at.line, at.col, fmt.Sprintf(format, args...)})
}

func (l *loader) warn(at position, format string, args ...any) {
	l.warnings.Add(Problem{at.file, at.line, at.col, fmt.Sprintf(format, args...)})
}
