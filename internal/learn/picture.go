package learn

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
)

const (
	imageEnding = ".png"
	queryHash   = "v"
	imageAge    = 365 * 24 * time.Hour // for an address that changes with the picture
)

// showPicture answers GET /learn/pictures/ID, the page, and ID.png, the file.
func (p *Pages) showPicture(c *gin.Context) {
	id, isImage := strings.CutSuffix(c.Param("file"), imageEnding)
	picture := p.Library().Pictures[id]
	switch {
	case picture == nil:
		p.refuse(c)
	case isImage:
		serveImage(c, picture)
	default: // a question may be about it, so the page does not name it
		p.picture.Render(c, http.StatusOK, "看图", figure{picture, Site("").Image(picture)})
	}
}

func serveImage(c *gin.Context, p *content.Picture) {
	h := c.Writer.Header()
	page.Headers(h)
	if c.Query(queryHash) == p.Hash {
		page.Public(h, imageAge)
		h.Set("Cache-Control", h.Get("Cache-Control")+", immutable")
	} else {
		page.Public(h, pageAge)
	}
	h.Set("Content-Type", "image/png")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("ETag", `"`+p.Hash+`"`)
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, strings.NewReader(p.PNG))
}
