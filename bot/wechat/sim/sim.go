// Package sim is a chat window in the browser for trying out the bot: it plays
// WeChat, with a follower for each browser, towards the real callback.
package sim

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
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
	Menu    func() content.Menu    // at the foot of the chat, as it would be pushed
	Picture func(id string) string // address of a picture of the content on this server
	Now     func() time.Time
}

// Simulator serves the chat window.
type Simulator struct {
	platform *platform
	chats    *chats
	page     *page.Page
	menu     func() content.Menu
	picture  func(string) string
	now      func() time.Time
}

// New parses the page.
func New(cfg Config) (*Simulator, error) {
	p, err := page.New(files, page.Legal{}, "chat.html", "style.css", "script.js")
	if err != nil {
		return nil, err
	}
	return &Simulator{platform: &platform{cfg}, chats: newChats(cfg.Now), page: p, menu: cfg.Menu, picture: cfg.Picture, now: cfg.Now}, nil
}

// Register serves the window at /dev/chat.
func (s *Simulator) Register(r gin.IRoutes) {
	r.GET(path, s.show)
	r.POST(path, s.act)
}

type view struct {
	Bubbles []bubble
	state
	Menu     content.Menu
	MaxTyped int
}

func (s *Simulator) show(c *gin.Context) {
	v := view{MaxTyped: maxTyped, Menu: s.menu()}
	if chat := s.chat(c); chat != nil {
		v.Bubbles, v.state = chat.state()
	}
	s.page.Render(c, http.StatusOK, "聊天模拟", v)
}

// chat of this browser, or nil.
func (s *Simulator) chat(c *gin.Context) *chat {
	id, _ := c.Cookie(cookie)
	return s.chats.get(id)
}

// What makes the account one that is not verified, or a verified one again.
const (
	plain    = "plain"
	verified = "verified"
)

var kinds = map[string]string{
	plain:    "现在是没有认证的公众号：没有菜单，图片用链接和图文",
	verified: "现在是已认证的公众号：有菜单，能发图片",
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
	} else if note, turns := kinds[form.Get("do")]; turns {
		chat.turn(form.Get("do") == plain)
		chat.add(bubble{Note: true, Parts: []part{{Text: note}}})
	} else if sent, ok := action(form.Get("do"), strings.TrimSpace(form.Get("text")), form.Get("id")); ok {
		chat.follow(sent)
		chat.add(sent.shown)
		start := s.now()
		answer, problem := s.platform.deliver(c.Request.Context(), chat.follower, s.now(), sent.fields)
		chat.add(received(answer, problem, s.now().Sub(start)))
	}
	c.Redirect(http.StatusSeeOther, path+"#end")
}
