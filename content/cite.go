package content

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// citation is one article of a law named in a text.
type citation struct {
	book    *LawBook
	article string // "62", "133之一"
	at      int    // byte offset of the article in the text
}

var (
	citedArticle = regexp.MustCompile(`^第?([0-9]+|[〇零一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?(?:第[一二三四五六七八九十]+[款项])*`)
	citedAside   = regexp.MustCompile(`^(?:[》）]|（[^）]*）)*`)
	citedNext    = regexp.MustCompile(`^(?:、|和|及|或者?|至|到)`)
)

// citer finds the articles that a text names, by the names of the known laws.
type citer struct {
	names *regexp.Regexp // nil when no law is known
	books map[string]*LawBook
}

func newCiter(laws map[string]*LawBook) *citer {
	c := &citer{books: map[string]*LawBook{}}
	for _, book := range laws {
		for _, name := range append([]string{book.Name}, book.Short...) {
			if name != "" {
				c.books[name] = book
			}
		}
	}
	if len(c.books) == 0 {
		return c
	}
	// The longest name first, so that a law is not taken for one whose name its own contains.
	names := slices.SortedFunc(maps.Keys(c.books), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	for i, name := range names {
		names[i] = regexp.QuoteMeta(name)
	}
	c.names = regexp.MustCompile(strings.Join(names, "|"))
	return c
}

// find gives every article named in the text: 《禁毒法》第六十一条、第六十二条, 刑法347条.
func (c *citer) find(text string) []citation {
	if c.names == nil {
		return nil
	}
	var found []citation
	for _, span := range c.names.FindAllStringIndex(text, -1) {
		book, at := c.books[text[span[0]:span[1]]], span[1]
		at += len(citedAside.FindString(text[at:]))
		for {
			m := citedArticle.FindStringSubmatch(text[at:])
			if m == nil {
				break
			}
			article := strconv.Itoa(numeral(m[1]))
			if m[2] != "" {
				article += "之" + m[2]
			}
			if len(found) == 0 || found[len(found)-1].at < at { // a law may be named twice: 《…解释》（法释〔2016〕8号）第一条
				found = append(found, citation{book, article, at})
			}
			at += len(m[0])
			next := citedNext.FindString(text[at:])
			if next == "" {
				break
			}
			at += len(next)
		}
	}
	return found
}

// numeral reads 62 and 六十二; 0 when it is neither.
func numeral(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	total, digit := 0, 0
	for _, r := range s {
		if unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]; unit > 0 {
			total += max(digit, 1) * unit // 十二 has no 一 before it
			digit = 0
			continue
		}
		digit = max(slices.Index([]rune("零一二三四五六七八九"), r), 0)
	}
	return total + digit
}
