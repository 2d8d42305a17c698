// Package page renders every page: the shared layout, the styles and scripts
// that stand inside it, and the headers that keep it safe.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

//go:embed layout.html base.css
var files embed.FS

// Legal is what pages must show by law; empty lines are left out.
type Legal struct {
	Org     string // 主办单位
	ICP     string // ICP 备案号
	PSB     string // 公安备案号
	Contact string
}

// Page is one kind of page: templates that fill the layout, with their style and
// script inside the document, so that it needs no further request.
//
//	//go:embed questionnaire.html style.css script.js
//	var files embed.FS
//	p, err := page.New(files, legal, "questionnaire.html", "style.css", "script.js")
//	p.Render(c, http.StatusOK, "标题", data)
//
// The template file defines "main"; data is its dot.
type Page struct {
	tmpl   *template.Template
	css    template.CSS
	js     template.JS
	legal  Legal
	policy string
	maxAge time.Duration // 0: not cached
}

// New parses a page's template at boot. css and js are file names, or "".
func New(fsys fs.FS, legal Legal, tmpl, css, js string) (*Page, error) {
	base, err := fs.ReadFile(files, "base.css")
	if err != nil {
		return nil, err
	}
	p := &Page{legal: legal}
	if p.css, err = readCSS(fsys, string(base), css); err != nil {
		return nil, err
	}
	script := "'none'"
	if js != "" {
		text, err := fs.ReadFile(fsys, js)
		if err != nil {
			return nil, err
		}
		p.js = template.JS(strings.TrimSpace(string(text)))
		script = hash(string(p.js))
	}
	p.policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src 'self' data:; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'", hash(string(p.css)), script)
	if p.tmpl, err = template.ParseFS(files, "layout.html"); err != nil {
		return nil, err
	}
	if p.tmpl, err = p.tmpl.ParseFS(fsys, tmpl); err != nil {
		return nil, err
	}
	if p.tmpl.Lookup("main") == nil {
		return nil, fmt.Errorf("%s does not define main", tmpl)
	}
	return p, nil
}

func readCSS(fsys fs.FS, base, name string) (template.CSS, error) {
	if name == "" {
		return template.CSS(squeeze(base)), nil
	}
	text, err := fs.ReadFile(fsys, name)
	return template.CSS(squeeze(base + string(text))), err
}

// Cached gives the same page for what tells everybody the same: a good answer may
// be kept by browsers and by caches between, for so long.
func (p *Page) Cached(maxAge time.Duration) *Page {
	public := *p
	public.maxAge = maxAge
	return &public
}

// squeeze takes line breaks and indents out of a style sheet.
func squeeze(css string) string {
	var b strings.Builder
	for line := range strings.Lines(css) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

type view struct {
	Title string
	CSS   template.CSS
	JS    template.JS
	Legal Legal
	Data  any
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// Render writes the page. Nothing is written when the template fails: a half
// page would look like a whole one.
func (p *Page) Render(c *gin.Context, status int, title string, data any) {
	var body bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&body, "layout.html", view{Title: title, CSS: p.css, JS: p.js, Legal: p.legal, Data: data}); err != nil {
		_ = c.Error(err)
		c.String(http.StatusInternalServerError, "页面出了点问题，请稍后再试。")
		return
	}
	h := c.Writer.Header()
	Headers(h)
	if p.maxAge > 0 && status == http.StatusOK {
		Public(h, p.maxAge)
	}
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		c.Status(status)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(c.Writer)
		_, _ = z.Write(body.Bytes())
		_ = z.Close()
		zippers.Put(z)
		return
	}
	c.Status(status)
	_, _ = c.Writer.Write(body.Bytes())
}

// Public lets caches keep what tells everybody the same; it goes after Headers.
func Public(h http.Header, maxAge time.Duration) {
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(maxAge.Seconds())))
}

// Headers are set on everything a person may see: never cached, never framed or
// sniffed, and the address of a page (it may hold a ticket) stays on this site.
// "same-origin", since with "no-referrer" old WebViews post with Origin: null.
func Headers(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
}
