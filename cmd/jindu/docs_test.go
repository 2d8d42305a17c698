package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whoever sets up a server finds every setting of it, and none that is gone, in
// .env.example and in both READMEs.
func TestSettingsAreDocumented(t *testing.T) {
	var cli commands
	parser, err := kong.New(&cli)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, node := range parser.Model.Children {
		if node.Name != "serve" {
			continue
		}
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				want = append(want, flag.Envs...)
			}
		}
	}
	slices.Sort(want)
	if len(want) < 30 {
		t.Fatalf("only %v", want)
	}
	compare := func(name string, has, want []string) {
		t.Helper()
		slices.Sort(has)
		for _, setting := range want {
			if !slices.Contains(has, setting) {
				t.Errorf("%s does not tell %s", name, setting)
			}
		}
		for _, setting := range has {
			if !slices.Contains(want, setting) {
				t.Errorf("%s tells %s, which serve does not have", name, setting)
			}
		}
	}
	var example []string
	for _, m := range regexp.MustCompile(`(?m)^#?(JINDU_[A-Z_]+)=`).FindAllStringSubmatch(document(t, ".env.example"), -1) {
		example = append(example, m[1])
	}
	compare(".env.example", example, want)
	inTable := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return strings.HasSuffix(s, "_FILE") })
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		var table []string
		for line := range strings.Lines(document(t, name)) {
			if strings.HasPrefix(line, "| `JINDU_") {
				row := strings.Split(line, "|")[1]
				table = append(table, regexp.MustCompile(`JINDU_[A-Z_]+`).FindAllString(row, -1)...)
			}
		}
		compare(name, table, inTable)
	}
}

// The two languages of a document have the same sections, tables and settings.
func TestDocumentsAreTwins(t *testing.T) {
	shape := regexp.MustCompile("(?m)^#+ |^\\||JINDU_[A-Z_]+|`jindu_[a-z_]+")
	for _, name := range []string{"README", "docs/operations"} {
		english := shape.FindAllString(document(t, name+".md"), -1)
		chinese := shape.FindAllString(document(t, name+".zh-CN.md"), -1)
		if n := min(len(english), len(chinese)); !slices.Equal(english, chinese) {
			at := 0
			for at < n && english[at] == chinese[at] {
				at++
			}
			t.Errorf("%s: they differ from mark %d on: %q, %q", name, at, english[at:min(at+3, len(english))], chinese[at:min(at+3, len(chinese))])
		}
	}
}
