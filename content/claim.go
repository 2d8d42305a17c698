package content

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// claim is where something that only one may have was first seen, and the id of the
// entry that has it, or "".
type claim struct {
	at    position
	entry string
}

// claim notes that a name, question or article belongs to one entry alone.
func (l *loader) claim(d *document, at ast.Node, entry, what, text string) {
	l.claimAt(d.position(at), entry, what, text)
}

func (l *loader) claimAt(at position, entry, what, text string) {
	if text == "" {
		return
	}
	key := what + " " + FoldName(text)
	first, taken := l.claims[key]
	if !taken {
		l.claims[key] = claim{at, entry}
		return
	}
	owner := ""
	if e := l.lib.Entries[first.entry]; e != nil {
		owner = "（条目“" + e.Title + "”）"
	}
	if what == "article" {
		l.report(at, "%s已被 %s 占用%s：一条只能由一个条目讲，要改就改那个文件", l.articleTitle(text), first.at, owner)
		return
	}
	l.report(at, "“%s”已被 %s 占用%s", text, first.at, owner)
}

// articleTitle names "jindufa 62" as people do.
func (l *loader) articleTitle(claimed string) string {
	law, article, _ := strings.Cut(claimed, " ")
	if book := l.lib.Laws[law]; book != nil {
		law = book.ShortName()
	}
	return law + articleName(article)
}

// noLaw reports an id that no law has, with those that there are. Where the index
// itself was refused, it says nothing.
func (l *loader) noLaw(at position, id, advice string) {
	if l.lib.Laws[id] != nil || len(l.lib.Laws) == 0 && l.refused(lawsFile) {
		return
	}
	l.report(at, "laws.yaml 里没有 %q 这部法，%s：%s", id, advice, l.lib.LawIDs())
}

// LawIDs lists the ids of the laws with the names that people use.
func (l *Library) LawIDs() string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(l.Laws)) {
		ids = append(ids, id+"（"+l.Laws[id].ShortName()+"）")
	}
	return strings.Join(ids, "、")
}
