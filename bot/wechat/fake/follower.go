package fake

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// window is how long after their last message a follower can be written to.
const window = 48 * time.Hour

// Follower is a person in WeChat, who may follow the account or not. Its methods
// send what the person does to the callback and give what they see; they may be
// used by many goroutines.
type Follower struct {
	Name string
	ID   string // open id for this account

	server   *Server
	letters  chan letter
	snapshot bool

	mu       sync.Mutex
	follows  bool
	activeAt time.Time
}

// Person makes one who does not follow yet.
func (s *Server) Person(name string) *Follower {
	f := &Follower{Name: name, ID: newID(), server: s, letters: make(chan letter, 64)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followers[f.ID] = f
	return f
}

// Snapshot makes a person whose browser shows page snapshots: authorization gives
// a virtual user.
func (s *Server) Snapshot(name string) *Follower {
	f := s.Person(name)
	f.snapshot = true
	return f
}

// newID is an open id: "o" and 27 characters.
func newID() string {
	b := make([]byte, 20)
	rand.Read(b)
	return "o" + base64.RawURLEncoding.EncodeToString(b)
}

// Follow the account, from a search or a name card.
func (f *Follower) Follow(ctx context.Context) (Delivery, error) { return f.subscribe(ctx, "", "") }

func (f *Follower) subscribe(ctx context.Context, key, ticket string) (Delivery, error) {
	f.mu.Lock()
	f.follows = true
	f.mu.Unlock()
	return f.event(ctx, "subscribe", key, ticket)
}

// Unfollow the account.
func (f *Follower) Unfollow(ctx context.Context) (Delivery, error) {
	f.mu.Lock()
	f.follows = false
	f.mu.Unlock()
	return f.event(ctx, "unsubscribe", "", "")
}

// Scan a scene code, by its URL or ticket. Who does not follow yet does then.
func (f *Follower) Scan(ctx context.Context, code string) (Delivery, error) {
	f.server.mu.Lock()
	found := f.server.scenes[code]
	f.server.mu.Unlock()
	if found == nil {
		return Delivery{}, errors.New("no such scene code")
	}
	if !found.expires.IsZero() && f.server.Now().After(found.expires) {
		return Delivery{}, errors.New("the scene code has expired")
	}
	f.mu.Lock()
	follows := f.follows
	f.mu.Unlock()
	if !follows {
		return f.subscribe(ctx, "qrscene_"+found.text, found.ticket)
	}
	return f.event(ctx, "SCAN", found.text, found.ticket)
}

// Say something.
func (f *Follower) Say(ctx context.Context, text string) (Delivery, error) {
	return f.message(ctx, "text", field{"Content", text})
}

// Tap a choice of a reply.
func (f *Follower) Tap(ctx context.Context, c Choice) (Delivery, error) {
	return f.message(ctx, "text", field{"Content", c.Send}, field{"bizmsgmenuid", c.ID})
}

// Click a button of the account's menu by its name. One with a URL gives no
// delivery worth looking at: WeChat reports the visit and shows nothing.
func (f *Follower) Click(ctx context.Context, name string) (Delivery, error) {
	f.server.mu.Lock()
	var menu struct{ Button []button }
	err := json.Unmarshal(f.server.menu, &menu)
	f.server.mu.Unlock()
	if err != nil {
		return Delivery{}, errors.New("the account has no menu")
	}
	for _, b := range menu.Button {
		for _, b := range append([]button{b}, b.SubButton...) {
			switch {
			case b.Name != name || len(b.SubButton) > 0:
			case b.Type == "view":
				return f.event(ctx, "VIEW", b.URL, "")
			default:
				return f.event(ctx, "CLICK", b.Key, "")
			}
		}
	}
	return Delivery{}, errors.New("no such button")
}

// ShareLocation sends a place.
func (f *Follower) ShareLocation(ctx context.Context, lat, lon float64, label string) (Delivery, error) {
	degrees := func(x float64) string { return strconv.FormatFloat(x, 'f', 6, 64) }
	return f.message(ctx, "location", field{"Location_X", degrees(lat)}, field{"Location_Y", degrees(lon)}, field{"Scale", "16"}, field{"Label", label})
}

// SendVoice sends a voice message, without recognized words.
func (f *Follower) SendVoice(ctx context.Context) (Delivery, error) {
	return f.message(ctx, "voice", field{"MediaId", "m_voice"}, field{"Format", "amr"}, field{"Recognition", ""})
}

// SendImage sends a picture.
func (f *Follower) SendImage(ctx context.Context) (Delivery, error) {
	return f.message(ctx, "image", field{"PicUrl", "http://mmbiz.qpic.cn/picture"}, field{"MediaId", "m_image"})
}

func (f *Follower) message(ctx context.Context, kind string, fields ...field) (Delivery, error) {
	id := f.server.messages.Add(1)
	fields = append([]field{{"MsgType", kind}}, fields...)
	return f.send(ctx, append(fields, field{"MsgId", strconv.FormatInt(id, 10)}))
}

func (f *Follower) event(ctx context.Context, event, key, ticket string) (Delivery, error) {
	fields := []field{{"MsgType", "event"}, {"Event", event}, {"EventKey", key}}
	if ticket != "" {
		fields = append(fields, field{"Ticket", ticket})
	}
	return f.send(ctx, fields)
}

func (f *Follower) send(ctx context.Context, fields []field) (Delivery, error) {
	now := f.server.Now()
	f.mu.Lock()
	f.activeAt = now
	f.mu.Unlock()
	head := []field{{"ToUserName", account}, {"FromUserName", f.ID}, {"CreateTime", strconv.FormatInt(now.Unix(), 10)}}
	return f.server.deliver(ctx, f.ID, compose(append(head, fields...)))
}

// letter is a customer message: a text, or a picture.
type letter struct {
	text    string
	picture []byte
}

// receive a customer message.
func (f *Follower) receive(l letter) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.follows:
		return refuse(43004, "require subscribe")
	case f.server.Now().Sub(f.activeAt) > window:
		return refuse(45015, "response out of time limit or subscription is canceled")
	}
	select {
	case f.letters <- l:
		return ok
	default:
		return refuse(45047, "out of response count limit")
	}
}

// Letter waits for the next customer message, which has to be a text.
func (f *Follower) Letter(ctx context.Context) (string, error) {
	select {
	case l := <-f.letters:
		if l.picture != nil {
			return "", errors.New("a picture, not a text")
		}
		return l.text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Picture waits for the next customer message, which has to be a picture, and
// gives its bytes.
func (f *Follower) Picture(ctx context.Context) ([]byte, error) {
	select {
	case l := <-f.letters:
		if l.picture == nil {
			return nil, errors.New("a text, not a picture: " + l.text)
		}
		return l.picture, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Browser is WeChat's browser in the person's hands: authorization knows them,
// and cookies are kept.
func (f *Follower) Browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it has no reason to fail
	}
	home, err := url.Parse(f.server.URL + "/connect/")
	if err != nil {
		panic(err)
	}
	jar.SetCookies(home, []*http.Cookie{f.server.session(f)})
	return &http.Client{Jar: jar, Transport: userAgent{f.server.client.Transport}}
}

// UserAgent of WeChat's browser.
const UserAgent = "Mozilla/5.0 (Linux; Android 10; MI 6 Build/QKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"

type userAgent struct{ http.RoundTripper }

func (u userAgent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if strings.TrimSpace(r.Header.Get("User-Agent")) == "" {
		r.Header.Set("User-Agent", UserAgent)
	}
	return u.RoundTripper.RoundTrip(r)
}
