package bot

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"jindu/content"
)

// list shows what the bot has, for those who do not know what to ask: groups of
// drugs, laws, situations, help and banks of questions.
func (e *edition) list(c *command) Reply {
	switch c.verb {
	case listBanks:
		return e.listed("list-banks", "", e.verbChoices("答题", e.banks()), c.page, "题库")
	case listCases:
		return e.entryList("身边的事", "身边的事", c.page, func(x *content.Entry) bool { return x.HelpKind == situation })
	case listDrugs:
		if c.arg == "" {
			return e.listed("list-drugs", "", e.verbChoices("毒品", e.groups()), c.page, "毒品")
		}
		return e.entryList(c.arg, "毒品 "+c.arg, c.page, func(x *content.Entry) bool { return x.Kind == content.Drug && x.Group == c.arg })
	case listLaws:
		if c.arg == "" {
			return e.listed("list-laws", "", e.verbChoices("法律", e.books()), c.page, "法律")
		}
		return e.entryList(c.arg, "法律 "+c.arg, c.page, func(x *content.Entry) bool {
			return x.Kind == content.Law && e.lib.Laws[x.LawID].ShortName() == c.arg
		})
	}
	return e.entryList("求助", "求助", c.page, func(x *content.Entry) bool { return x.Kind == content.Help && x.HelpKind != situation })
}

// situation is the kind of help entry that tells of something that happens to people.
const situation = "situation"

// entryList offers the entries that keep holds: laws by article, help by its kind.
func (e *edition) entryList(name, send string, page int, keep func(*content.Entry) bool) Reply {
	entries := slices.SortedFunc(maps.Values(e.lib.Entries), func(a, b *content.Entry) int {
		return cmp.Or(cmp.Compare(articleOf(a), articleOf(b)), cmp.Compare(helpOf(a), helpOf(b)), cmp.Compare(a.ID, b.ID))
	})
	var choices []Choice
	for _, x := range entries {
		if keep(x) {
			choices = append(choices, e.choice(x))
		}
	}
	return e.listed("list-entries", name, choices, page, send)
}

// helpOf is where an entry's kind of help stands in the order of a list.
func helpOf(x *content.Entry) int { return slices.Index(content.HelpKinds, x.HelpKind) }

// articleOf is the number of a law entry's first article, for the order of a list.
func articleOf(x *content.Entry) int {
	if len(x.Articles) == 0 {
		return 0
	}
	n := 0
	for _, r := range x.Articles[0] {
		if r < '0' || r > '9' {
			break
		}
		n = n*10 + int(r-'0')
	}
	return n
}

func (e *edition) listed(id, name string, choices []Choice, page int, send string) Reply {
	return pageOf(e.reply(id, Command, "name", name), choices, page, func(page int) Choice {
		return Choice{Label: "更多", Send: send + " " + strconv.Itoa(page), ID: plainID}
	})
}

func (e *edition) verbChoices(word string, names []string) []Choice {
	choices := make([]Choice, len(names))
	for i, name := range names {
		choices[i] = Choice{Label: name, Send: word + " " + name, ID: plainID}
	}
	return choices
}

// banks are the titles of the quizzes.
func (e *edition) banks() []string {
	var titles []string
	for _, id := range slices.Sorted(maps.Keys(e.lib.Quizzes)) {
		titles = append(titles, e.lib.Quizzes[id].Title)
	}
	return titles
}

// groups of the drugs that the content has.
func (e *edition) groups() []string {
	found := map[string]bool{}
	for _, x := range e.lib.Entries {
		if x.Kind == content.Drug {
			found[x.Group] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(content.DrugGroups), func(group string) bool { return !found[group] })
}

// books are the laws that have entries, those with most first.
func (e *edition) books() []string {
	count := map[string]int{}
	for _, x := range e.lib.Entries {
		if x.Kind == content.Law {
			count[e.lib.Laws[x.LawID].ShortName()]++
		}
	}
	return slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
}

// group and law find one by its folded name, or give "".
func (e *edition) group(folded string) string { return named(e.groups(), folded) }
func (e *edition) law(folded string) string   { return named(e.books(), folded) }

func named(names []string, folded string) string {
	i := slices.IndexFunc(names, func(name string) bool { return fold(name) == folded })
	if i < 0 {
		return ""
	}
	return names[i]
}
