package content

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the documents show to be copied passes the check.
func TestDocumentedFormats(t *testing.T) {
	block := regexp.MustCompile("(?s)```(?:yaml|markdown)\n(.*?)```")
	for _, name := range []string{"../docs/content.md", "../docs/content.zh-CN.md"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, m := range block.FindAllStringSubmatch(string(data), -1) {
			for begins, file := range map[string]string{
				"title: 2026年琼山区": "surveys/zz.yaml", "title: 驾驶员": "quizzes/zz.yaml", "code: ": "places/460107.yaml", "buttons:": menuFile, "---\nchoices": "replies/greeting.md",
			} {
				if !strings.HasPrefix(m[1], begins) {
					continue
				}
				seen++
				for _, p := range read(overlay(base(t), Folder{file: m[1]})).problems {
					if p.File == file {
						t.Errorf("%s: %s", name, p)
					}
				}
			}
		}
		if seen != 5 {
			t.Errorf("%s shows %d formats", name, seen)
		}
		documentedPlaceholders(t, name, string(data))
	}
}

// documentedPlaceholders compares a document's table with what the replies may hold.
func documentedPlaceholders(t *testing.T, name, text string) {
	t.Helper()
	told := map[string][]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		found := placeholder.FindAllStringSubmatch(line, -1)
		if len(cells) != 4 || len(found) == 0 {
			continue
		}
		for _, reply := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(cells[1], -1) {
			for _, f := range found {
				told[reply[1]] = append(told[reply[1]], f[1])
			}
		}
	}
	want := maps.Clone(replyPlaceholders)
	maps.DeleteFunc(want, func(_ string, held []string) bool { return len(held) == 0 })
	if !maps.EqualFunc(told, want, slices.Equal) {
		t.Errorf("%s tells %v, the replies hold %v", name, told, want)
	}
}
