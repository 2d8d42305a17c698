package learn

import (
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

// entryView is an entry's page.
type entryView struct {
	*content.Entry
	Law      *content.LawBook // of a law entry
	First    *figure          // picture, if it has any
	More     []figure
	Station  bool
	Dial     template.URL // of Phone
	Lead     section
	Sections []section
	From     []source
	Next     []anchor
	Official [][]block // the official wording of its articles, if an office has put it in
}

// figure is a picture on a page.
type figure struct {
	*content.Picture
	Src string
}

// anchor leads to an entry.
type anchor struct{ Title, URL string }

func link(e *content.Entry) anchor { return anchor{e.Title, Site("").Entry(e)} }

// showEntry answers GET /learn/KIND/NAME.
func (p *Pages) showEntry(c *gin.Context) {
	lib := p.Library()
	e := lib.Entries[c.Param("kind")+"/"+c.Param("name")]
	if e == nil {
		p.refuse(c)
		return
	}
	text := sections(e)
	v := entryView{
		Entry: e, Law: lib.Laws[e.LawID], Station: e.HelpKind == "station", Dial: dial(e.Phone),
		Lead: text[0], Sections: text[1:], From: sources(e),
	}
	for i, picture := range e.Pictures {
		f := figure{picture, Site("").Image(picture)}
		if i == 0 {
			v.First = &f
		} else {
			v.More = append(v.More, f)
		}
	}
	for _, wording := range lib.Wording(e) {
		v.Official = append(v.Official, paragraphs(wording))
	}
	for _, id := range e.Related {
		v.Next = append(v.Next, link(lib.Entries[id]))
	}
	p.entry.Render(c, http.StatusOK, e.Title+" · 禁毒知识", v)
}
