package learn

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

const (
	maxQuery = 200 // bytes that are looked for
	maxFound = 40
)

// indexView is the list of all entries, or of those that were looked for.
type indexView struct {
	Query string
	Found []anchor
	Parts []part
}

// part of the index: one kind of entry.
type part struct {
	ID, Name string
	Groups   []group
}

// group of entries with a name of its own.
type group struct {
	Name    string
	Open    bool
	Entries []anchor
}

// showIndex answers GET /learn/, and with q= the entries whose names or everyday
// questions hold those words; to words that cannot wait for that, what the bot says.
func (p *Pages) showIndex(c *gin.Context) {
	lib := p.Library()
	v := indexView{Query: shown(c.Query("q"))}
	if v.Query != "" && p.Urgent != nil {
		if r := p.Urgent(v.Query); r != nil {
			p.showUrgent(c, lib, r)
			return
		}
	}
	if len(v.Query) > maxQuery {
		v.Query = strings.ToValidUTF8(v.Query[:maxQuery], "")
	}
	if folded := content.FoldName(v.Query); folded != "" {
		v.Found = find(lib, folded)
	} else {
		v.Parts = parts(lib)
	}
	p.index.Render(c, http.StatusOK, "禁毒知识", v)
}

// shown is a query as the page may show it.
func shown(q string) string {
	return strings.TrimSpace(content.WithoutHidden(strings.ToValidUTF8(q, "")))
}

// find gives the entry that is called so, then those with these words in a name, and
// then those that are asked for with them.
func find(lib *content.Library, folded string) []anchor {
	is := func(w string) bool { return content.FoldName(w) == folded }
	holds := func(w string) bool { return strings.Contains(content.FoldName(w), folded) }
	var called, named, asked []anchor
	for _, e := range inOrder(lib) {
		names := slices.Concat([]string{e.Title}, e.Aliases, e.Ambiguous)
		switch {
		case slices.ContainsFunc(names, is):
			called = append(called, link(e))
		case slices.ContainsFunc(names, holds):
			named = append(named, link(e))
		case slices.ContainsFunc(e.Questions, holds):
			asked = append(asked, link(e))
		}
	}
	found := slices.Concat(called, named, asked)
	return found[:min(len(found), maxFound)]
}

// inOrder gives every entry: laws by article, help by its kind.
func inOrder(lib *content.Library) []*content.Entry {
	return slices.SortedFunc(maps.Values(lib.Entries), func(a, b *content.Entry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.LawID, b.LawID), cmp.Compare(firstArticle(a), firstArticle(b)),
			cmp.Compare(slices.Index(content.HelpKinds, a.HelpKind), slices.Index(content.HelpKinds, b.HelpKind)), cmp.Compare(a.ID, b.ID))
	})
}

func firstArticle(e *content.Entry) int {
	if len(e.Articles) == 0 {
		return 0
	}
	number, _, _ := strings.Cut(e.Articles[0], "之")
	n, _ := strconv.Atoi(number) // the loader has checked it
	return n
}

// parts groups the entries as the index shows them.
func parts(lib *content.Library) []part {
	drugs := part{ID: "drugs", Name: "认识毒品"}
	laws := part{ID: "laws", Name: "法律怎么说"}
	help := part{ID: "help", Name: "求助和办事"}
	for _, e := range inOrder(lib) {
		switch {
		case e.Kind == content.Drug:
			drugs.add(e.Group, e)
		case e.Kind == content.Law:
			laws.add(lib.Laws[e.LawID].ShortName(), e)
		case e.HelpKind == "situation":
			help.add("身边的事", e)
		default:
			help.add("怎么求助", e)
		}
	}
	slices.SortFunc(drugs.Groups, func(a, b group) int {
		return cmp.Compare(slices.Index(content.DrugGroups, a.Name), slices.Index(content.DrugGroups, b.Name))
	})
	slices.SortStableFunc(laws.Groups, func(a, b group) int { return cmp.Compare(len(b.Entries), len(a.Entries)) })
	for _, p := range []part{drugs, help} { // short enough to be seen at once
		for i := range p.Groups {
			p.Groups[i].Open = true
		}
	}
	return []part{drugs, help, laws}
}

func (p *part) add(name string, e *content.Entry) {
	i := slices.IndexFunc(p.Groups, func(g group) bool { return g.Name == name })
	if i < 0 {
		i = len(p.Groups)
		p.Groups = append(p.Groups, group{Name: name})
	}
	to := link(e)
	if e.Kind == content.Law {
		to.Title = e.ArticleNames() + " " + to.Title
	}
	p.Groups[i].Entries = append(p.Groups[i].Entries, to)
}
