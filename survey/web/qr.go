package web

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"

	"jindu/internal/page"
	"jindu/survey"
)

// pixelsPerModule of a PNG: about 500 pixels wide, with whole pixels only.
const pixelsPerModule = 12

// Level M mends 15 % of the symbol: a poster may be scratched.
func newQR(url string) (*qrcode.QRCode, error) { return qrcode.New(url, qrcode.Medium) }

// PNG draws the QR code of a url, with its quiet zone.
func PNG(url string) ([]byte, error) {
	code, err := newQR(url)
	if err != nil {
		return nil, err
	}
	return code.PNG(-pixelsPerModule)
}

// SVG draws the QR code of a url for print, with its quiet zone; one unit is one module.
func SVG(url string) ([]byte, error) {
	code, err := newQR(url)
	if err != nil {
		return nil, err
	}
	rows := code.Bitmap()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="`, len(rows))
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%[3]dz", start, y, x-start)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String()), nil
}

// Terminal draws the QR code of a url in half blocks. Black and white are set
// outright (xterm's 256 colours), so that it reads on dark and light terminals.
func Terminal(url string) (string, error) {
	code, err := newQR(url)
	if err != nil {
		return "", err
	}
	const whiteOnBlack, reset = "\x1b[38;5;231;48;5;16m", "\x1b[0m"
	var b strings.Builder
	for line := range strings.Lines(code.ToSmallString(false)) {
		b.WriteString(whiteOnBlack + strings.TrimSuffix(line, "\n") + reset + "\n")
	}
	return b.String(), nil
}

// image answers GET /qr/TICKET.png and .svg, for tickets minted here only.
func (p *Pages) image(c *gin.Context) {
	ticket, ending, _ := strings.Cut(c.Param("file"), ".")
	draw, contentType := PNG, "image/png"
	if ending == "svg" {
		draw, contentType = SVG, "image/svg+xml"
	}
	_, err := survey.DecodeTicket(p.Keys, ticket)
	if err != nil || (ending != "png" && ending != "svg") {
		c.String(http.StatusNotFound, "没有这个二维码。请检查网址。")
		return
	}
	data, err := p.images.get(c.Param("file"), func() ([]byte, error) { return draw(p.BaseURL + "/s/" + ticket) })
	if err != nil {
		p.Log.Error("QR code not drawn", "error", err)
		c.String(http.StatusInternalServerError, "二维码没有画出来，请稍后再试。")
		return
	}
	page.Headers(c.Writer.Header())
	c.Header("Cache-Control", "private, max-age=86400") // the same ticket is always the same image
	c.Data(http.StatusOK, contentType, data)
}

// imageCache keeps drawn images; when it is full it begins anew.
type imageCache struct {
	mu     sync.Mutex
	images map[string][]byte
}

const maxImages = 1000 // of about 2 KiB; a district's posters are a few hundred

func (c *imageCache) get(name string, draw func() ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	data := c.images[name]
	c.mu.Unlock()
	if data != nil {
		return data, nil
	}
	data, err := draw()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.images == nil || len(c.images) >= maxImages {
		c.images = map[string][]byte{}
	}
	c.images[name] = data
	return data, nil
}
