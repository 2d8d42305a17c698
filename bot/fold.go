package bot

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxCommand bounds what can be a command, a name or an answer token, in bytes;
// longer messages are only searched.
const maxCommand = 300

// emoticons are a text of nothing but WeChat's own little pictures, which come in words.
var emoticons = regexp.MustCompile(`^(?:\s*\[\p{Han}{1,4}\]\s*)+$`)

// fold brings a text to the form in which commands and names are compared: width
// and case folded, only letters and digits kept. "①" becomes "1".
func fold(s string) string {
	if len(s) > maxCommand {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// foldNumbered folds a text that may end in a page number set off by a space.
func foldNumbered(s string) (text string, page int) {
	fields := strings.Fields(s)
	if len(s) <= maxCommand && len(fields) > 1 {
		last := fold(fields[len(fields)-1])
		if n := digits(last); n > 0 {
			return fold(strings.Join(fields[:len(fields)-1], "")), n
		}
	}
	return fold(s), 0
}

// digits reads a number of one or two digits, or gives 0.
func digits(s string) int {
	if len(s) == 0 || len(s) > 2 {
		return 0
	}
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}
