package importing

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jindu/content"
)

// Law is the official wording of a law, parted at 第…条.
type Law struct {
	Name     string // of the file, for its problems
	articles []article
	titles   []title // lines that may be the name of a law
	problems content.Problems
}

type article struct {
	number string // "62", "133之一"
	line   int
	text   []string // paragraphs; the first begins with 第…条
}

type title struct {
	line int
	text string
}

// named is how the name of a law ends, which stands alone on its line.
var named = regexp.MustCompile(`^《?[\p{Han}（）()]{2,40}(?:法|条例|规定|办法|解释)》?$`)

// Len is how many articles were found.
func (l *Law) Len() int { return len(l.articles) }

// between are the lines that are no article's: titles of parts and chapters, and
// what is appended.
var (
	between = regexp.MustCompile(`^(?:第[〇零一二三四五六七八九十百]+(?:编|分编|章|节)(?:[\s\x{3000}].*)?|附\s*则|目\s*录)$`)
	annex   = regexp.MustCompile(`^附件?(?:[一二三四五六七八九十0-9]+)?(?:[\s\x{3000}：:].*)?$`)
)

// ReadLaw reads plain text (UTF-8, UTF-16, GB18030) or docx. Lines of the
// problems are lines of the text, or paragraphs of the document.
func ReadLaw(name string, data []byte) (*Law, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("文件超过 %d MB", MaxFile>>20)
	}
	var text string
	var err error
	if strings.ToLower(path.Ext(name)) == ".docx" || bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		text, err = docxText(data)
	} else {
		text, err = decode(data)
	}
	if err != nil {
		return nil, err
	}
	l := &Law{Name: path.Base(name)}
	open := false // whether lines belong to the last article
	for i, line := range strings.Split(text, "\n") {
		if at := strings.IndexFunc(line, content.Hidden); at >= 0 {
			r, _ := utf8.DecodeRuneInString(line[at:])
			l.problems.Add(place{line: i + 1, column: utf8.RuneCountInString(line[:at]) + 1}.problem(l.Name, content.HiddenProblem, r))
		}
		line = strings.Trim(line, " \t　\u00a0")
		number, begins := content.OfficialArticle(line)
		if named.MatchString(line) {
			l.titles = append(l.titles, title{i + 1, strings.Trim(line, "《》")})
		}
		switch {
		case line == "":
		case begins:
			l.begin(number, i+1)
			open = true
			fallthrough
		case open && !between.MatchString(line) && !annex.MatchString(line):
			last := &l.articles[len(l.articles)-1]
			last.text = append(last.text, line)
		case annex.MatchString(line):
			open = false
		}
	}
	if len(l.articles) == 0 {
		l.fail(1, "没有找到以“第…条”开头、后面空一格的行；条号是 Word 自动编号的，请先转成文字")
	}
	return l, nil
}

func (l *Law) fail(line int, format string, args ...any) {
	l.problems.Add(place{line: line, column: 1}.problem(l.Name, format, args...))
}

// begin opens an article and looks whether its number can follow the last one.
func (l *Law) begin(number string, line int) {
	if len(l.articles) > 0 {
		last := l.articles[len(l.articles)-1]
		switch order := compareArticles(number, last.number); {
		case order == 0:
			l.fail(line, "第%s条写了两次，上一次在第 %d 行", number, last.line)
		case order < 0:
			l.fail(line, "第%s条在第%s条后面，次序不对", number, last.number)
		}
	}
	l.articles = append(l.articles, article{number: number, line: line})
}

func compareArticles(a, b string) int {
	x, xBranch, _ := strings.Cut(a, "之")
	y, yBranch, _ := strings.Cut(b, "之")
	m, _ := strconv.Atoi(x)
	n, _ := strconv.Atoi(y)
	return cmp.Or(cmp.Compare(m, n), cmp.Compare(branch(xBranch), branch(yBranch)))
}

// branch gives the place of 之一 to 之九十九; 0 for "".
func branch(numeral string) int {
	if numeral == "" {
		return 0
	}
	tens, ones, found := strings.Cut(numeral, "十")
	digit := func(s string) int {
		return slices.Index([]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}, s)
	}
	if !found {
		return digit(numeral)
	}
	return max(digit(tens), 1)*10 + digit(ones)
}

// Render writes the file official/ID.yaml of the folder and checks it there. With
// partial the text need not have all articles of the law. With a problem there is
// no text.
func (l *Law) Render(folder content.Folder, id string, partial bool) (text string, problems content.Problems, err error) {
	without := content.Folder{}
	file := "official/" + id + ".yaml"
	for name, text := range folder {
		if name != file {
			without[name] = text
		}
	}
	lib, err := content.Parse(without)
	if err != nil {
		return "", nil, fmt.Errorf("内容文件夹里原有的文件有错，请先用 jindu check 查看并改好：\n%w", err)
	}
	book := lib.Laws[id]
	if book == nil {
		return "", nil, fmt.Errorf("laws.yaml 里没有 %q 这部法，要写它的 id：%s", id, lib.LawIDs())
	}
	l.another(book, lib.Laws)
	if !partial && len(l.articles) > 0 {
		l.count(book)
	}
	var w strings.Builder
	at := []int{0, 1}
	w.WriteString("articles:\n")
	for _, a := range l.articles {
		fmt.Fprintf(&w, "  %q: |-\n", a.number)
		at = append(at, a.line)
		for _, paragraph := range a.text {
			fmt.Fprintf(&w, "    %s\n", paragraph)
			at = append(at, a.line)
		}
	}
	if len(l.problems) > 0 {
		return "", l.problems, nil
	}
	problems, _, err = check(folder, file, w.String(), content.Rules{})
	for i, p := range problems {
		if p.File == file {
			problems[i] = place{line: at[min(p.Line, len(at)-1)], column: 1}.problem(l.Name, "%s", p.Message)
		}
	}
	if err != nil || len(problems) > 0 {
		return "", problems, err
	}
	return w.String(), nil, nil
}

// another finds the name of another law, whose text would be shown as this one's.
func (l *Law) another(book *content.LawBook, all map[string]*content.LawBook) {
	for _, t := range l.titles {
		for _, other := range all {
			if other.ID != book.ID && t.text == other.Name {
				l.fail(t.line, "这是《%s》的名称，要导入的是《%s》：请只留要导入的这一部", other.Name, book.Name)
			}
		}
	}
}

// count compares the articles with the law's number of them.
func (l *Law) count(book *content.LawBook) {
	has := map[int]bool{}
	most := 0
	for _, a := range l.articles {
		digits, _, _ := strings.Cut(a.number, "之")
		n, _ := strconv.Atoi(digits)
		if book.Articles > 0 && n > book.Articles {
			l.fail(a.line, "%s一共 %d 条，这里却有第%s条：是不是另一部法，或者另一个版本", book.ShortName(), book.Articles, a.number)
		}
		has[n], most = true, max(most, n)
	}
	if book.Articles > 0 {
		most = book.Articles
	}
	var missing []string
	for n := 1; n <= most && n <= 9999; n++ {
		if !has[n] {
			missing = append(missing, strconv.Itoa(n))
		}
	}
	if n := len(missing); n > 0 {
		some := missing[:min(n, 10)]
		l.fail(1, "缺少 %d 条：第 %s 条%s；只录入一部分，请加 --partial", n, strings.Join(some, "、"), map[bool]string{true: "等", false: ""}[n > 10])
	}
}
