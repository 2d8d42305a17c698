// Package api is the calls to WeChat's API for one official account.
//
// The wire types are those of the SDK (silenceper/wechat). Its calls are not
// used: they share one HTTP client that is a global of the process, most take no
// context, their errors carry the secret in a URL, none refreshes a token that
// WeChat refuses, and the lock around the token holds in one process only.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/silenceper/wechat/v2/util"
)

const (
	official    = "https://api.weixin.qq.com"
	maxResponse = 1 << 20
	timeout     = 3 * time.Second
)

// Config of a client. AppID and AppSecret are needed.
type Config struct {
	AppID     string
	AppSecret string
	// BaseURL of the API; https://api.weixin.qq.com when empty. Under an address
	// that is not WeChat's, the pages for authorization and for scene codes are
	// expected there too.
	BaseURL string
	Shared  Shared           // what the processes share; nil: this is the only one
	Log     *slog.Logger     // nil: none
	Now     func() time.Time // nil: time.Now
	Timeout time.Duration    // of one HTTP call; 0: 3 s
}

// String keeps the secret out of whatever prints a Config.
func (c Config) String() string { return "wechat account " + c.AppID }

// LogValue keeps the secret out of logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Client calls WeChat for one account. It is safe for use by many goroutines.
type Client struct {
	appID, secret   string
	base, open, pic string // addresses: of the API, of authorization, of scene code pictures
	http            *http.Client
	logins          *http.Client // for web authorization, which strangers can call for as often as they like
	shared          Shared
	local           *Local // media ids that this process knows
	log             *slog.Logger
	now             func() time.Time
	tokens          tokens
	refusals        refusals
	uploads         singleflight.Group
}

// New checks the settings. Its errors are for the operator to read.
func New(cfg Config) (*Client, error) {
	if cfg.AppID == "" || cfg.AppSecret == "" {
		return nil, errors.New("调用微信接口需要 AppID 和 AppSecret")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Shared == nil {
		cfg.Shared = NewLocal(cfg.Now)
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = official
	}
	base, err := url.Parse(strings.TrimRight(cfg.BaseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("微信接口地址要写成 " + official + " 这样")
	}
	c := &Client{
		appID: cfg.AppID, secret: cfg.AppSecret, base: base.String(), open: base.String(), pic: base.String(),
		http: httpClient(cfg.Timeout), logins: httpClient(cfg.Timeout), shared: cfg.Shared, local: NewLocal(cfg.Now), log: cfg.Log, now: cfg.Now,
		tokens: tokens{turn: make(chan struct{}, 1)}, refusals: refusals{byAPI: map[string]refusal{}},
	}
	if strings.HasSuffix(base.Hostname(), ".weixin.qq.com") {
		c.open, c.pic = "https://open.weixin.qq.com", "https://mp.weixin.qq.com"
	}
	return c, nil
}

// Close ends the idle connections.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.logins.CloseIdleConnections()
}

// maxConns is how many connections the logins may have, and how many all else.
const maxConns = 32

// httpClient bounds time and connections. It follows no redirect: the URL holds
// a token.
func httpClient(limit time.Duration) *http.Client {
	if limit <= 0 {
		limit = timeout
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 16, 16
	transport.MaxConnsPerHost = maxConns
	transport.IdleConnTimeout = 30 * time.Second
	return &http.Client{
		Transport: transport, Timeout: limit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// call sends a request with the access token, a second time with a new token when
// WeChat refuses the first. An API that the account has no right to, or whose
// quota is used up, is not asked again for a while.
func (c *Client) call(ctx context.Context, r request, out any) error {
	if err := c.refusals.known(r.api, c.now()); err != nil {
		return err
	}
	token, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	err = c.send(ctx, r.with(token), out)
	if errors.Is(err, ErrToken) {
		if token, err = c.token(ctx, token); err != nil {
			return err
		}
		err = c.send(ctx, r.with(token), out)
	}
	c.refusals.note(r.api, err, c.now())
	return err
}

// send makes one HTTP call and reads the JSON that answers it into out, which may
// be nil. Its errors are an *Error with WeChat's code, or ErrUnreachable,
// ErrResponse, or the context's.
func (c *Client) send(ctx context.Context, r request, out any) error {
	began := time.Now()
	err := c.exchange(ctx, r, out)
	attrs := []any{"api", r.api, "took", time.Since(began)}
	if err != nil {
		attrs = append(attrs, "error", err)
	}
	c.log.DebugContext(ctx, "wechat api called", attrs...)
	return err
}

func (c *Client) exchange(ctx context.Context, r request, out any) error {
	secrets := append([]string{c.secret}, r.secrets...)
	fail := func(kind error, cause string) error {
		return fmt.Errorf("wechat: %s: %w: %s", r.api, kind, redact(cause, secrets...))
	}
	method := http.MethodGet
	if r.body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+r.path()+"?"+r.query.Encode(), bytes.NewReader(r.body))
	if err != nil {
		return fail(ErrUnreachable, "the address is wrong")
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	client := c.http
	if r.api == exchangeAPI {
		client = c.logins
	}
	res, err := client.Do(req)
	if err != nil {
		return c.failed(ctx, r, err, fail)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fail(ErrUnreachable, "HTTP "+res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return c.failed(ctx, r, err, fail)
	}
	if len(body) > maxResponse {
		return fail(ErrResponse, "too long")
	}
	var common util.CommonError
	if err := json.Unmarshal(body, &common); err != nil {
		return fail(ErrResponse, "no JSON")
	}
	if common.ErrCode != 0 {
		return &Error{API: r.api, Code: int(common.ErrCode), Text: redact(common.ErrMsg, secrets...)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fail(ErrResponse, "another JSON than expected")
	}
	return nil
}

// failed is the error of a connection. The URL of an *url.Error stays out of it.
func (c *Client) failed(ctx context.Context, r request, err error, fail func(error, string) error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("wechat: %s: %w", r.api, ctx.Err())
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return fail(ErrUnreachable, "no answer in time")
		}
		err = wrapped.Err
	}
	return fail(ErrUnreachable, err.Error())
}
