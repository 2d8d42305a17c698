package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/material"
)

const (
	maxImage  = 10 << 20
	mediaLife = 3 * 24 * time.Hour
	// mediaEarly is how long before its end a media id is given up.
	mediaEarly = time.Hour
	uploadTime = 10 * time.Second
)

// ImageID gives the media id under which WeChat has a picture (PNG, JPEG or GIF
// of at most 10 MiB), for replies. The picture is uploaded once, and again when
// the id is about to end, after 3 days; pictures are told apart by their bytes.
func (c *Client) ImageID(ctx context.Context, picture []byte) (string, error) {
	return c.imageID(ctx, picture, "")
}

// SendPicture writes a picture to a follower, as SendImage does, under its media id.
// When WeChat does not know that any more, the picture is uploaded anew, once.
func (c *Client) SendPicture(ctx context.Context, openID string, picture []byte) error {
	id, err := c.imageID(ctx, picture, "")
	if err != nil {
		return err
	}
	if err = c.SendImage(ctx, openID, id); !errors.Is(err, ErrMedia) {
		return err
	}
	if id, err = c.imageID(ctx, picture, id); err != nil {
		return err
	}
	return c.SendImage(ctx, openID, id)
}

// imageID is ImageID. bad is one that WeChat has just refused, "" for none.
func (c *Client) imageID(ctx context.Context, picture []byte, bad string) (string, error) {
	kind, ok := map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}[http.DetectContentType(picture)]
	if !ok || len(picture) > maxImage {
		return "", fmt.Errorf("wechat: media/upload: a picture is PNG, JPEG or GIF of at most %d bytes", maxImage)
	}
	sum := sha256.Sum256(picture)
	key := "wechat/media/" + c.appID + "/" + hex.EncodeToString(sum[:16])
	good := func(d dated) bool { return d.Value != "" && d.Value != bad && c.now().Before(d.Expires) }
	if d, err := read(ctx, c.local, key); err == nil && good(d) {
		return d.Value, nil
	}
	// The upload goes on for the others when the first who asked has gone.
	result := c.uploads.DoChan(key+"/"+bad, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uploadTime)
		defer cancel()
		d, err := c.once(ctx, key, waitFor, good, func(ctx context.Context) (dated, error) { return c.upload(ctx, picture, kind) })
		if err != nil {
			return "", err
		}
		return d.Value, d.write(ctx, c.local, key, c.now())
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("wechat: media/upload: %w", ctx.Err())
	case r := <-result:
		return r.Val.(string), r.Err
	}
}

func (c *Client) upload(ctx context.Context, picture []byte, kind string) (dated, error) {
	const api = "media/upload"
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("media", "picture."+kind)
	if err != nil {
		return dated{}, err
	}
	part.Write(picture) // to memory
	form.Close()
	r := request{
		api: api, query: map[string][]string{"type": {string(material.MediaTypeImage)}},
		body: body.Bytes(), contentType: form.FormDataContentType(),
	}
	var res material.Media
	if err := c.call(ctx, r, &res); err != nil {
		return dated{}, err
	}
	if res.MediaID == "" {
		return dated{}, fmt.Errorf("wechat: %s: %w: no media id in it", api, ErrResponse)
	}
	return dated{res.MediaID, c.now().Add(mediaLife - mediaEarly)}, nil
}
