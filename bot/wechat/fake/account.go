package fake

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/skip2/go-qrcode"
)

// createMenu is /cgi-bin/menu/create.
func (s *Server) createMenu(r *http.Request) any {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var in struct{ Button []button }
	if err != nil || json.Unmarshal(body, &in) != nil {
		return refuse(47001, "data format error")
	}
	if len(in.Button) < 1 || len(in.Button) > 3 {
		return refuse(40016, "invalid button size")
	}
	for _, b := range in.Button {
		if bad := b.check(16); bad != nil {
			return bad
		}
		if len(b.SubButton) > 5 {
			return refuse(40023, "invalid sub button size")
		}
		for _, sub := range b.SubButton {
			if bad := sub.check(60); bad != nil {
				return bad
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.menu = body
	return ok
}

// button of a menu.
type button struct {
	Type, Name, Key, URL string
	SubButton            []button `json:"sub_button"`
}

func (b button) check(nameLimit int) any {
	switch {
	case b.Name == "" || len(b.Name) > nameLimit:
		return refuse(40018, "invalid button name size")
	case len(b.SubButton) > 0:
		return nil
	case b.Type == "click" && (b.Key == "" || len(b.Key) > 128):
		return refuse(40019, "invalid button key size")
	case b.Type == "view" && (b.URL == "" || len(b.URL) > 1024):
		return refuse(40020, "invalid button url size")
	case b.Type != "click" && b.Type != "view":
		return refuse(40017, "invalid button type")
	}
	return nil
}

func (s *Server) getMenu(*http.Request) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil {
		return refuse(46003, "menu no exist")
	}
	return map[string]any{"menu": s.menu}
}

func (s *Server) deleteMenu(*http.Request) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.menu = nil
	return ok
}

// scene of a code.
type scene struct {
	text    string
	ticket  string
	url     string
	expires time.Time // zero: never
}

// createQR is /cgi-bin/qrcode/create.
func (s *Server) createQR(r *http.Request) any {
	var in struct {
		ExpireSeconds int64  `json:"expire_seconds"`
		ActionName    string `json:"action_name"`
		ActionInfo    struct {
			Scene struct {
				Text string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return refuse(47001, "data format error")
	}
	code := &scene{text: in.ActionInfo.Scene.Text, ticket: "gQ" + rand.Text() + "==", url: "http://weixin.qq.com/q/02" + rand.Text()}
	if len(code.text) < 1 || len(code.text) > 64 {
		return refuse(40053, "invalid action info")
	}
	answer := map[string]any{"ticket": code.ticket, "url": code.url}
	switch in.ActionName {
	case "QR_LIMIT_STR_SCENE":
	case "QR_STR_SCENE":
		if in.ExpireSeconds < 1 || in.ExpireSeconds > 2_592_000 {
			return refuse(40053, "invalid action info")
		}
		code.expires = s.Now().Add(time.Duration(in.ExpireSeconds) * time.Second)
		answer["expire_seconds"] = in.ExpireSeconds
	default:
		return refuse(40053, "invalid action info")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scenes[code.ticket], s.scenes[code.url] = code, code
	return answer
}

func (s *Server) showQR(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	code := s.scenes[r.URL.Query().Get("ticket")]
	s.mu.Unlock()
	if code == nil {
		http.NotFound(w, r)
		return
	}
	picture, err := qrcode.Encode(code.url, qrcode.Medium, 430)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(picture)
}

// media is a picture that was uploaded.
type media struct {
	data    []byte
	expires time.Time
}

const mediaLife = 3 * 24 * time.Hour

// upload is /cgi-bin/media/upload.
func (s *Server) upload(r *http.Request) any {
	if r.URL.Query().Get("type") != "image" {
		return refuse(40004, "invalid media type")
	}
	file, header, err := r.FormFile("media")
	if err != nil || header.Filename == "" {
		return refuse(41005, "media data missing")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 10<<20+1))
	if err != nil || len(data) == 0 {
		return refuse(41005, "media data missing")
	}
	if len(data) > 10<<20 {
		return refuse(40006, "invalid media size")
	}
	id := "m_" + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.media[id] = media{data, s.Now().Add(mediaLife)}
	return map[string]any{"type": "image", "media_id": id, "created_at": s.Now().Unix()}
}

func (s *Server) getMedia(r *http.Request) any {
	if data := s.Media(r.URL.Query().Get("media_id")); data != nil {
		return data
	}
	return refuse(40007, "invalid media_id")
}

// Media gives what was uploaded under an id in the last 3 days, else nil.
func (s *Server) Media(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.media[id]; s.Now().Before(m.expires) {
		return m.data
	}
	return nil
}

// sendCustom is /cgi-bin/message/custom/send.
func (s *Server) sendCustom(r *http.Request) any {
	var in struct {
		ToUser  string `json:"touser"`
		MsgType string `json:"msgtype"`
		Text    struct{ Content string }
		Image   struct {
			MediaID string `json:"media_id"`
		}
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return refuse(47001, "data format error")
	}
	picture := s.Media(in.Image.MediaID)
	switch {
	case in.MsgType == "image" && picture == nil:
		return refuse(40007, "invalid media_id")
	case in.MsgType == "text" && (in.Text.Content == "" || len(in.Text.Content) > 2048):
		return refuse(45002, "content size out of limit")
	case in.MsgType != "image" && in.MsgType != "text":
		return refuse(40008, "invalid message type")
	}
	s.mu.Lock()
	who := s.followers[in.ToUser]
	s.mu.Unlock()
	if who == nil {
		return refuse(40003, "invalid openid")
	}
	return who.receive(letter{in.Text.Content, picture})
}
