// Package learn is the public's reading room: a page for every entry of the
// content and for every picture.
package learn

import (
	"embed"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
)

//go:embed *.html style.css
var files embed.FS

// pageAge is how long caches may keep a page: an office that mends a text wants
// to see it.
const pageAge = 5 * time.Minute

// Config of Pages.
type Config struct {
	Library func() *content.Library
	// Urgent gives the reply to words that cannot wait for an entry, or nil; it is the
	// bot's, which the pages do not know. nil: there is none.
	Urgent func(words string) *content.Reply
	Legal  page.Legal
}

// Pages answers readers. It sets no cookies and tells everybody the same.
type Pages struct {
	Config
	index, entry, picture, missing *page.Page
	urgent                         *page.Page // kept by no cache: its address has the words
}

// New parses the pages.
func New(cfg Config) (*Pages, error) {
	p := &Pages{Config: cfg}
	for _, kind := range []struct {
		page     **page.Page
		template string
	}{{&p.index, "index.html"}, {&p.entry, "entry.html"}, {&p.picture, "picture.html"}, {&p.missing, "missing.html"}} {
		made, err := page.New(files, cfg.Legal, kind.template, "style.css", "")
		if err != nil {
			return nil, err
		}
		*kind.page = made.Cached(pageAge)
	}
	var err error
	p.urgent, err = page.New(files, cfg.Legal, "urgent.html", "style.css", "")
	return p, err
}

// Register adds the routes, all below /learn/.
func (p *Pages) Register(r gin.IRoutes) {
	for path, handler := range map[string]gin.HandlerFunc{
		root:                 p.showIndex,
		root + ":kind/:name": p.showEntry,
		pictures + ":file":   p.showPicture,
		root + ":kind":       p.refuse,
	} {
		r.GET(path, handler)
		r.HEAD(path, handler)
	}
}

// refuse says that there is no such page, and where to go from here.
func (p *Pages) refuse(c *gin.Context) {
	p.missing.Render(c, http.StatusNotFound, "没有这一页", nil)
}
