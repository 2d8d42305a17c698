package search

import (
	"slices"

	"jindu/content"
)

// articles knows which entry explains which article of which law.
type articles struct {
	names   *trie // of laws; a value is an index into books
	books   []*content.LawBook
	entry   map[articleKey]string // entry id
	anyLaw  map[string][]string   // article → entry ids
	ofLaw   map[string][]string   // law id → entry ids, the most linked first
	renamed map[articleKey]string // number in the version before the current one → entry id of today's
}

type articleKey struct{ law, article string }

// citation is one article named in a question; law is "" when the question names none.
type citation struct {
	law, article string
	from, end    int // in the runes
}

func newArticles(lib *content.Library, byLinks []*content.Entry) *articles {
	a := &articles{
		names: newTrie(1 << 10), entry: map[articleKey]string{}, anyLaw: map[string][]string{},
		ofLaw: map[string][]string{}, renamed: map[articleKey]string{},
	}
	for _, id := range sortedKeys(lib.Laws) {
		book := lib.Laws[id]
		for _, name := range slices.Concat([]string{book.Name}, book.Short) {
			if word := fold(name).runes; len(word) > 1 {
				a.names.add(word, int32(len(a.books)))
			}
		}
		a.books = append(a.books, book)
	}
	for _, e := range byLinks {
		if e.Kind != content.Law {
			continue
		}
		a.ofLaw[e.LawID] = append(a.ofLaw[e.LawID], e.ID)
		for _, article := range e.Articles {
			a.entry[articleKey{e.LawID, article}] = e.ID
			a.anyLaw[article] = append(a.anyLaw[article], e.ID)
		}
	}
	for _, book := range a.books {
		for old, today := range book.OldArticles {
			if id, ok := a.entry[articleKey{book.ID, today}]; ok {
				a.renamed[articleKey{book.ID, old}] = id
			}
		}
	}
	return a
}

// law finds the law named at runes[i], the longest name first.
func (a *articles) law(runes []rune, i int) (book *content.LawBook, end int) {
	a.names.at(runes, i, func(to int, values []int32) { book, end = a.books[values[0]], to })
	return book, end
}

// find gives the articles and the laws that a question names, in its order. A
// number without 第, 条 or the name of a law before it is not an article.
func (a *articles) find(runes []rune) (cited []citation, laws []*content.LawBook) {
	law := ""
	near := false // a law, 第, or another article stands right before
	for i := 0; i < len(runes); {
		if book, end := a.law(runes, i); book != nil {
			law, near, i = book.ID, true, end
			laws = append(laws, book)
			continue
		}
		start := i
		ordinal := runes[i] == '第'
		if ordinal {
			i++
		}
		n, end := numeral(runes, i)
		if end == i {
			near = near && slices.Contains([]rune("的里中之和与及、 "), runes[start])
			i = start + 1
			continue
		}
		isArticle := end < len(runes) && runes[end] == '条' && !counted(runes, end+1)
		unit := end < len(runes) && !isArticle && slices.Contains([]rune("克年岁天月日号次个条章款倍元万千棵株人点种类版"), runes[end])
		if n == 0 || !(isArticle || (near && !unit)) || (i > 0 && latin(runes[i-1]) && runes[i-1] != ' ') {
			near, i = false, end
			continue
		}
		if isArticle {
			end++
		}
		if law == "" && start > 0 && slices.Contains([]rune("法例则"), runes[start-1]) { // 宪法第三十五条
			near, i = false, end
			continue
		}
		sub := 0
		if end+1 < len(runes) && runes[end] == '之' {
			sub = chineseDigits[runes[end+1]]
			if sub > 0 {
				end += 2
			}
		}
		cited = append(cited, citation{law: law, article: articleName(n, sub), from: start, end: end})
		near, i = true, end
	}
	if len(laws) > 0 { // “第六十二条，禁毒法的”
		for i := range cited {
			if cited[i].law == "" {
				cited[i].law = laws[0].ID
			}
		}
	}
	return cited, laws
}

// counted says that 条 before runes[i] counts things: three 条 of cigarettes.
func counted(runes []rune, i int) bool {
	return i < len(runes) && slices.Contains([]rune("烟鱼路狗裤街河腿命短微新消信理线"), runes[i])
}
