package fake

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Reply is what the account answered.
type Reply struct {
	Type     string // "text", "image", "news"
	Text     string // as sent, tags included
	MediaID  string
	Articles []Article
}

// Article of a news reply.
type Article struct {
	Title, Description, PicURL, URL string
}

// Link is a web address that a reply offers.
type Link struct{ Label, URL string }

// Choice is a text that a reply offers to send.
type Choice struct{ Label, Send, ID string }

var anchors = regexp.MustCompile(`(?s)<a href="([^"]*)">(.*?)</a>`)

const menuLink = "weixin://bizmsgmenu?"

// Links of a reply, in its order.
func (r *Reply) Links() (all []Link) {
	for _, m := range anchors.FindAllStringSubmatch(r.Text, -1) {
		if !strings.HasPrefix(m[1], menuLink) {
			all = append(all, Link{m[2], m[1]})
		}
	}
	return all
}

// Choices of a reply, in its order.
func (r *Reply) Choices() (all []Choice) {
	for _, m := range anchors.FindAllStringSubmatch(r.Text, -1) {
		query, isChoice := strings.CutPrefix(m[1], menuLink)
		if !isChoice {
			continue
		}
		// WeChat sends the parameters as they stand, not decoded.
		c := Choice{Label: m[2]}
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			switch name {
			case "msgmenucontent":
				c.Send = value
			case "msgmenuid":
				c.ID = value
			}
		}
		all = append(all, c)
	}
	return all
}

// readReply reads the answer of the callback as strictly as WeChat does. "success"
// and nothing mean nothing.
func (s *Server) readReply(to string, body []byte) (*Reply, error) {
	if text := string(bytes.TrimSpace(body)); text == "" || text == "success" {
		return nil, nil
	}
	if s.AESKey != "" {
		inner, err := s.openEnvelope(body)
		if err != nil {
			return nil, err
		}
		body = inner
	}
	var in struct {
		ToUserName, FromUserName, MsgType, Content string
		CreateTime                                 int64
		Image                                      struct{ MediaId string }
		ArticleCount                               int
		Articles                                   struct {
			Item []struct{ Title, Description, PicUrl, Url string } `xml:"item"`
		}
	}
	if err := whole(body, &in); err != nil {
		return nil, err
	}
	if in.ToUserName != to || in.FromUserName != account || in.CreateTime <= 0 {
		return nil, errors.New("the reply is to or from another")
	}
	r := &Reply{Type: in.MsgType, Text: in.Content, MediaID: in.Image.MediaId}
	switch in.MsgType {
	case "text":
		if len(in.Content) == 0 || len(in.Content) > 2048 || !utf8.ValidString(in.Content) {
			return nil, fmt.Errorf("a text of %d bytes", len(in.Content))
		}
	case "image":
		if s.Media(r.MediaID) == nil {
			return nil, errors.New("no such media id")
		}
	case "news":
		if in.ArticleCount != 1 || len(in.Articles.Item) != 1 {
			return nil, errors.New("a news reply has one article")
		}
		for _, a := range in.Articles.Item {
			if u, err := url.Parse(a.Url); a.Title == "" || err != nil || u.Host == "" {
				return nil, errors.New("an article has a title and a URL")
			}
			r.Articles = append(r.Articles, Article{a.Title, a.Description, a.PicUrl, a.Url})
		}
	default:
		return nil, fmt.Errorf("a reply of type %q", in.MsgType)
	}
	return r, nil
}

func (s *Server) openEnvelope(body []byte) ([]byte, error) {
	var outer struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	if err := whole(body, &outer); err != nil {
		return nil, err
	}
	if outer.MsgSignature != sign(s.Token, outer.TimeStamp, outer.Nonce, outer.Encrypt) {
		return nil, errors.New("signature of the reply")
	}
	return s.unseal(outer.Encrypt)
}

// whole reads one XML document and nothing after it.
func whole(body []byte, v any) error {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something after the reply")
	}
	return nil
}
