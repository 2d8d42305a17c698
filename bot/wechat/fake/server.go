// Package fake is a WeChat for tests and demonstrations: followers who write to
// an account's callback, and the API that the account calls, on loopback.
//
// It is written from WeChat's documentation and shares no code with the server
// that it tries, nor with the SDK.
package fake

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Kind of account: what it may do.
type Kind int

// Kinds. The zero value may do everything.
const (
	VerifiedService Kind = iota
	VerifiedSubscription
	UnverifiedSubscription
)

// Config of a fake. The zero value is a verified service account with made-up
// credentials in plain mode.
type Config struct {
	Kind      Kind
	AppID     string
	AppSecret string
	Token     string // of the callback
	AESKey    string // 43 characters; "": plain mode
	Callback  string // URL of the server's /wechat; may be set later

	Patience    time.Duration // before WeChat hangs up on the callback and sends again; 0: 5 s
	OAuthDomain string        // host that authorization may return to; "": any
	Whitelist   []string      // addresses that may fetch a token; nil: any
	Now         func() time.Time
}

// Server is a running fake. Its fields do not change.
type Server struct {
	Config
	URL string // of the API, of authorization and of scene code pictures

	listener net.Listener
	http     *http.Server
	client   *http.Client // for the callback
	ended    chan struct{}
	close    sync.Once
	messages atomic.Int64

	mu        sync.Mutex
	callback  string
	calls     map[string]int
	faults    []*Fault
	token     grant
	old       grant // still good for a while after its successor
	forcedAt  time.Time
	forced    int
	menu      json.RawMessage
	scenes    map[string]*scene // by ticket and by the code's URL
	media     map[string]media
	codes     map[string]*code
	sessions  map[string]*Follower
	followers map[string]*Follower
}

// Start listens on a free port of loopback. Close ends it.
func Start(cfg Config) (*Server, error) {
	def := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	def(&cfg.AppID, "wx0fa4e0fa4e0fa4e0")
	def(&cfg.AppSecret, "0123456789abcdef0123456789abcdef")
	def(&cfg.Token, "a-callback-token")
	if cfg.Patience == 0 {
		cfg.Patience = 5 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if _, err := newCipher(cfg.AESKey); cfg.AESKey != "" && err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		Config: cfg, URL: "http://" + listener.Addr().String(), listener: listener, callback: cfg.Callback,
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		ended: make(chan struct{}), calls: map[string]int{}, scenes: map[string]*scene{}, media: map[string]media{},
		codes: map[string]*code{}, sessions: map[string]*Follower{}, followers: map[string]*Follower{},
	}
	s.messages.Store(23_456_789_012_345_678)
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	go s.http.Serve(listener)
	return s, nil
}

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() { s.close.Do(s.shut) }

func (s *Server) shut() {
	close(s.ended)
	s.http.Close()
	s.client.CloseIdleConnections()
}

// SetCallback says where messages go.
func (s *Server) SetCallback(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callback = url
}

// Calls is how often an API was called, by its path without /cgi-bin/, such as
// "stable_token" or "menu/create".
func (s *Server) Calls(api string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[api]
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	api := func(method, name string, rights right, call func(*http.Request) any) {
		path := "/cgi-bin/" + name
		if strings.HasPrefix(name, "sns/") {
			path = "/" + name
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			s.serve(w, r, name, method, rights, call)
		})
	}
	api(http.MethodPost, "stable_token", noToken, s.stableToken)
	api(http.MethodGet, "token", noToken, s.plainToken)
	api(http.MethodGet, "sns/oauth2/access_token", noToken, s.exchange)
	api(http.MethodGet, "getcallbackip", anybody, s.callbackIP)
	api(http.MethodPost, "menu/create", menus, s.createMenu)
	api(http.MethodGet, "menu/get", menus, s.getMenu)
	api(http.MethodGet, "menu/delete", menus, s.deleteMenu)
	api(http.MethodPost, "qrcode/create", sceneCodes, s.createQR)
	api(http.MethodPost, "media/upload", pictures, s.upload)
	api(http.MethodGet, "media/get", pictures, s.getMedia)
	api(http.MethodPost, "message/custom/send", letters, s.sendCustom)
	mux.HandleFunc("GET /cgi-bin/showqrcode", s.showQR)
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /fake/login", s.login)
	return mux
}

// refusal is WeChat's errcode and errmsg.
type refusal struct {
	Code int    `json:"errcode"`
	Text string `json:"errmsg"`
}

var ok = refusal{0, "ok"}

func refuse(code int, format string, args ...any) refusal {
	return refusal{code, fmt.Sprintf(format, args...) + " rid: 5fa26c60-1a0ebdd5-32fd1cd0"}
}

// serve one call: count it, do the faults, check token and rights, and answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, name, method string, rights right, call func(*http.Request) any) {
	s.mu.Lock()
	s.calls[name]++
	fault := s.fault(name)
	s.mu.Unlock()
	if fault != nil && fault.happen(w, r, s.ended) {
		return
	}
	var answer, badToken any
	if rights != noToken {
		badToken = s.badToken(r.URL.Query().Get("access_token"))
	}
	switch {
	case r.Method != method && method == http.MethodPost:
		answer = refuse(43002, "require POST method")
	case r.Method != method:
		answer = refuse(43001, "require GET method")
	case badToken != nil:
		answer = badToken
	case !s.Kind.may(rights):
		answer = refuse(48001, "api unauthorized")
	default:
		answer = call(r)
	}
	if picture, raw := answer.([]byte); raw {
		w.Header().Set("Content-Type", http.DetectContentType(picture))
		w.Write(picture)
		return
	}
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	json.NewEncoder(w).Encode(answer)
}

// right is what a call needs.
type right int

const (
	noToken right = iota
	anybody
	menus
	pictures
	letters // customer messages
	sceneCodes
	logins // web authorization
)

// may says what an account of the kind can do. Official words: menus, customer
// messages and media are for verified accounts, scene codes and web
// authorization for verified service accounts.
func (k Kind) may(r right) bool {
	switch k {
	case VerifiedSubscription:
		return r < sceneCodes
	case UnverifiedSubscription:
		return r <= anybody
	}
	return true
}

func (s *Server) callbackIP(*http.Request) any {
	return map[string]any{"ip_list": []string{"127.0.0.1"}}
}
