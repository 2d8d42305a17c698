// Package sim is a chat window in the browser for trying out the bot: it plays
// WeChat, with a follower for each browser, towards the real callback.
package sim

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/internal/page"
)

//go:embed chat.html style.css script.js
var files embed.FS

const (
	path       = "/dev/chat"
	cookie     = "jindu_sim"
	maxForm    = 16 << 10
	maxTyped   = 600 // characters, as in WeChat
	sampleLat  = "19.992850"
	sampleLong = "110.366640"
)

// Config of a Simulator. AppID and AESKey are needed in safe mode only.
type Config struct {
	Handler http.Handler // serves POST /wechat
	Token   string
	AppID   string
	AESKey  string
	Now     func() time.Time
}

// Simulator serves the chat window.
type Simulator struct {
	platform *platform
	chats    *chats
	page     *page.Page
	now      func() time.Time
}

// New parses the page.
func New(cfg Config) (*Simulator, error) {
	p, err := page.New(files, page.Legal{}, "chat.html", "style.css", "script.js")
	if err != nil {
		return nil, err
	}
	return &Simulator{platform: &platform{cfg}, chats: newChats(cfg.Now), page: p, now: cfg.Now}, nil
}

// Register serves the window at /dev/chat.
func (s *Simulator) Register(r gin.IRoutes) {
	r.GET(path, s.show)
	r.POST(path, s.act)
}

type view struct {
	Bubbles   []bubble
	Following bool
	MaxTyped  int
}

func (s *Simulator) show(c *gin.Context) {
	v := view{MaxTyped: maxTyped}
	if chat := s.chat(c); chat != nil {
		v.Bubbles, v.Following = chat.state()
	}
	s.page.Render(c, http.StatusOK, "聊天模拟", v)
}

// chat of this browser, or nil.
func (s *Simulator) chat(c *gin.Context) *chat {
	id, _ := c.Cookie(cookie)
	return s.chats.get(id)
}

// act does what the person did, and shows the window again.
func (s *Simulator) act(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil {
		c.String(http.StatusBadRequest, "消息太长了，请返回后改短再试。")
		return
	}
	chat := s.chat(c)
	if chat == nil {
		id := ""
		id, chat = s.chats.open()
		http.SetCookie(c.Writer, &http.Cookie{Name: cookie, Value: id, Path: path, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	form := c.Request.PostForm
	if form.Get("do") == "restart" {
		s.chats.drop(chat)
		http.SetCookie(c.Writer, &http.Cookie{Name: cookie, Path: path, MaxAge: -1})
	} else if sent, ok := action(form.Get("do"), strings.TrimSpace(form.Get("text")), form.Get("id")); ok {
		chat.follow(sent)
		chat.add(sent.shown)
		start := s.now()
		answer, problem := s.platform.deliver(c.Request.Context(), chat.follower, s.now(), sent.fields)
		chat.add(received(answer, problem, s.now().Sub(start)))
	}
	c.Redirect(http.StatusSeeOther, path+"#end")
}
