package api

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/basic"
)

const (
	maxScene = 64 // bytes
	// minQRLife is for a code that nobody is to scan.
	minQRLife = time.Minute
	// MaxQRLife is the longest life of a temporary scene code.
	MaxQRLife = 2_592_000 * time.Second
)

// QR is a scene code: who scans it comes to the account, which is told the scene.
type QR struct {
	Ticket  string
	URL     string    // what the code holds; a QR code drawn of it is as good as WeChat's picture
	Picture string    // where WeChat shows the code
	Expires time.Time // zero: never
}

// TemporaryQR makes a scene code that lives for 1 s to MaxQRLife. A scene has 1
// to 64 bytes.
func (c *Client) TemporaryQR(ctx context.Context, scene string, life time.Duration) (QR, error) {
	if life < time.Second || life > MaxQRLife {
		return QR{}, fmt.Errorf("wechat: a temporary code lives for 1 s to %v", MaxQRLife)
	}
	return c.makeQR(ctx, scene, basic.NewTmpQrRequest(life, scene))
}

// PermanentQR makes a scene code without end. An account may have 100,000.
func (c *Client) PermanentQR(ctx context.Context, scene string) (QR, error) {
	return c.makeQR(ctx, scene, basic.NewLimitQrRequest(scene))
}

func (c *Client) makeQR(ctx context.Context, scene string, body *basic.Request) (QR, error) {
	const api = "qrcode/create"
	if scene == "" || len(scene) > maxScene {
		return QR{}, fmt.Errorf("wechat: a scene has 1 to %d bytes", maxScene)
	}
	r, err := post(api, body)
	if err != nil {
		return QR{}, err
	}
	var res basic.Ticket
	if err := c.call(ctx, r, &res); err != nil {
		return QR{}, err
	}
	if res.Ticket == "" || res.URL == "" {
		return QR{}, fmt.Errorf("wechat: %s: %w: no ticket in it", api, ErrResponse)
	}
	qr := QR{Ticket: res.Ticket, URL: res.URL, Picture: c.pic + "/cgi-bin/showqrcode?ticket=" + url.QueryEscape(res.Ticket)}
	if res.ExpireSeconds > 0 {
		qr.Expires = c.now().Add(time.Duration(res.ExpireSeconds) * time.Second)
	}
	return qr, nil
}
