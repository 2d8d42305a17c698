// Package wechat is the door between WeChat's callback and the bot: it refuses
// what WeChat did not send, turns a message into a bot.Message, and its reply
// into WeChat's XML in time.
package wechat

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/internal/limit"
	"jindu/internal/outage"
	"jindu/internal/respondent"
)

const (
	path    = "/wechat"
	maxBody = 64 << 10
	// Followers whose rate is remembered; about 300 bytes each.
	maxFollowers = 50_000
)

// Answerer has the conversation.
type Answerer interface {
	// Begin gives the reply to a message at once, or later, which waits for it: a
	// reply beside that, unless it is empty, is said when later cannot be asked now.
	// An error of later is for the log, and means that the message could not be
	// answered: the person gets the reply if there is one with it, else is told that
	// the bot is busy.
	Begin(m bot.Message) (reply bot.Reply, later func(context.Context) (bot.Reply, error))
}

// Letters writes to a follower outside of a reply, as a customer message.
type Letters interface {
	// Ready says whether the account may.
	Ready() bool
	Send(ctx context.Context, to bot.OpenID, text string) error
	// SendPicture sends one of the content's pictures, by its id, in answer to a
	// message. It fails with ErrMayNot where the account may not, and with ErrSent
	// when it was sent for this message before, by whatever process.
	SendPicture(ctx context.Context, to bot.OpenID, message quiz.MessageKey, picture string) error
}

// Why SendPicture may send nothing.
var (
	ErrMayNot = errors.New("the account may not send this") // or not to this follower
	ErrSent   = errors.New("it was sent before")
)

// Config of a webhook. Everything but AppID, AESKey, Letters and Rates is needed.
type Config struct {
	Token        string // of the account's server configuration
	AppID        string // needed in safe mode
	AESKey       string // EncodingAESKey, 43 characters; when set only safe mode is accepted
	Answerer     Answerer
	Letters      Letters // for late answers and pictures; nil: none
	Keys         *respondent.Keys
	Now          func() time.Time
	RateFollower int          // messages a minute and follower, and as many at once; 0: no bound
	Rates        limit.Shared // counts followers' messages for all processes; nil: this is the only one
	Inflight     int          // messages that wait for the store or for WeChat at the same time
	Log          *slog.Logger
	Busy         func() string // said when there is no answer now
	RateLimited  func() string // said, once a minute, to who writes too often
}

// Webhook serves WeChat's callback.
type Webhook struct {
	Config
	envelope  *envelope // nil: plain mode
	exchanges *exchanges
	followers *limit.Limiter
	notices   *limit.Limiter
	places    *places
	held      atomic.Int64
	unsent    atomic.Int64 // late answers that were lost
	talks     *talks
	outage    *outage.Log
	pictures  rate.Sometimes // the log of those that were not sent
	refusals  map[error]*rate.Sometimes
}

// New checks the settings. Its errors are for the operator to read.
func New(cfg Config) (*Webhook, error) {
	if cfg.Token == "" {
		return nil, errors.New("缺少 Token：不设它，谁都能冒充微信")
	}
	if cfg.Inflight <= 0 {
		return nil, errors.New("同时处理的消息上限要大于 0")
	}
	if cfg.RateFollower < 0 {
		return nil, errors.New("每位关注者每分钟的消息数不能小于 0")
	}
	w := &Webhook{
		Config:    cfg,
		exchanges: newExchanges(cfg.Now),
		followers: limit.New(limit.Bound{Name: "messages", PerMinute: cfg.RateFollower, Burst: cfg.RateFollower, Keys: maxFollowers}, cfg.Rates, cfg.Now),
		notices:   limit.New(limit.Bound{Name: "notices", PerMinute: 1, Burst: 1, Keys: maxFollowers}, cfg.Rates, cfg.Now),
		places:    newPlaces(cfg.Inflight),
		talks:     newTalks(),
		outage:    outage.New(cfg.Log, "no answer from the bot", cfg.Now),
		pictures:  rate.Sometimes{Interval: time.Minute},
		refusals:  map[error]*rate.Sometimes{},
	}
	if cfg.AESKey != "" {
		var err error
		if w.envelope, err = newEnvelope(cfg.AppID, cfg.AESKey); err != nil {
			return nil, err
		}
	}
	for _, err := range refusals {
		w.refusals[err] = &rate.Sometimes{Interval: time.Minute}
	}
	return w, nil
}

// Register serves GET and POST /wechat.
func (w *Webhook) Register(r gin.IRoutes) {
	r.GET(path, w.check)
	r.POST(path, w.receive)
}

// check answers WeChat's question whether this server knows the token.
func (w *Webhook) check(c *gin.Context) {
	q := c.Request.URL.Query()
	if err := w.signed(q, q.Get("signature"), ""); err != nil {
		w.refuse(c, err)
		return
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.String(http.StatusOK, "%s", q.Get("echostr"))
}

// receive answers one message or event.
func (w *Webhook) receive(c *gin.Context) {
	in, err := w.read(c)
	if err != nil {
		w.refuse(c, err)
		return
	}
	message := w.message(in)
	if message.Kind == bot.Silent {
		c.String(http.StatusOK, success)
		return
	}
	out, err := w.answer(c.Request.Context(), message)
	if err != nil {
		// Nothing but silence makes WeChat send the message again.
		panic(http.ErrAbortHandler)
	}
	if out.text == "" {
		c.String(http.StatusOK, success)
		return
	}
	reply := appendReply(make([]byte, 0, 1024+len(out.text)), in[fieldFrom], in[fieldTo], w.Now(), out)
	if w.envelope != nil {
		reply = w.envelope.seal(w.Token, w.Now(), reply)
	}
	c.Header("Content-Length", strconv.Itoa(len(reply))) // else a long one goes out in chunks
	c.Data(http.StatusOK, "application/xml; charset=utf-8", reply)
}

// readBody gives at most maxBody bytes.
func readBody(c *gin.Context) (string, error) {
	if c.Request.ContentLength > maxBody {
		return "", errTooLarge
	}
	var body bytes.Buffer
	body.Grow(int(max(c.Request.ContentLength, 0)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", errTooLarge
	case err != nil:
		return "", errBody
	}
	return body.String(), nil
}
