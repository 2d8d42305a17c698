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
		l.findEntry(link.at, link.to)
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

// findEntry gives an entry, and reports that there is none; of one whose own file was
// refused enough is said there.
func (l *loader) findEntry(at position, id string) *Entry {
	e := l.lib.Entries[id]
	if e == nil && !l.refused(id+".md") {
		meant := ""
		if near := l.nearest(id); near != nil {
			meant = "，是不是 " + near.ID + "（" + near.Title + "）？"
		}
		l.report(at, "没有 %q 这个条目%s", id, meant)
	}
	return e
}

// noPlace reports a code that no place has, unless the file of its county was refused.
func (l *loader) noPlace(at position, code, what string) {
	if len(code) >= 6 && l.lib.Places[code[:6]] == nil && l.refused("places/"+code[:6]+".yaml") {
		return
	}
	l.report(at, "没有代码为 %s 的%s", code, what)
}

// refused says that a file is there, readable or not. Who asks has not found what
// should be in it, so that it must have been refused.
func (l *loader) refused(name string) bool {
	_, there := l.folder[name]
	return there || l.unread[name]
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
