package learn

import (
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

// urgentView is what the chat says to words that cannot wait for an entry. It does
// not hold the words: a tip must not stay on a screen.
type urgentView struct {
	Crisis bool
	First  string // paragraph: whom to call
	Calls  []call
	Rest   []block
	Next   []anchor
}

// call is a number of First to tap.
type call struct {
	Label string
	URL   template.URL
}

var emergency = regexp.MustCompile(`\b(?:110|120|12110)\b`)

// showUrgent says what a reply of the content says.
func (p *Pages) showUrgent(c *gin.Context, lib *content.Library, r *content.Reply) {
	v := urgentView{Crisis: strings.HasPrefix(r.ID, "crisis")}
	first, rest, _ := strings.Cut(r.Text, "\n")
	v.First, v.Rest = first, blocks(rest)
	seen := map[string]bool{}
	for _, number := range emergency.FindAllString(first, -1) {
		switch {
		case seen[number]:
		case number == "12110": // takes messages alone
			v.Calls = append(v.Calls, call{"发短信到12110", "sms:12110"})
		default:
			v.Calls = append(v.Calls, call{"打" + number, template.URL("tel:" + number)})
		}
		seen[number] = true
	}
	for _, id := range r.Choices {
		if e := lib.Entries[id]; e != nil {
			v.Next = append(v.Next, link(e))
		}
	}
	p.urgent.Render(c, http.StatusOK, "禁毒知识", v)
}
