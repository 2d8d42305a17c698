package api

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/credential"
)

// Of the stable access token WeChat says: fetched again it is the same one until
// the last 5 minutes of its life, then a new one, and the old one stays good for 5
// minutes; a forced refresh ends the old one, may be had 20 times a day, and
// not within 30 s of the last.
const (
	renewBefore = 4 * time.Minute
	renewAgain  = 30 * time.Second // after a renewal that failed
	failFor     = 3 * time.Second  // for which a failure is told to all who ask
	forceEvery  = time.Hour
	maxToken    = 1024 // bytes
)

// tokens holds the access token of this process.
type tokens struct {
	turn chan struct{} // held by who fetches

	mu       sync.Mutex
	held     dated
	renew    time.Time // when to fetch the next
	failure  error
	failedAt time.Time
}

// look gives the token unless it is the bad one or over, and whether it is not
// yet time to renew it.
func (t *tokens) look(now time.Time, bad string) (value string, fresh bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held.Value == bad || !now.Before(t.held.Expires) {
		return "", false
	}
	return t.held.Value, now.Before(t.renew)
}

func (t *tokens) keep(d dated, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held, t.renew, t.failure = d, renewal(d, now), nil
}

func (t *tokens) postpone(until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.renew = until
}

func (t *tokens) fail(err error, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failure, t.failedAt = err, now
}

func (t *tokens) failed(now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if since := now.Sub(t.failedAt); t.failure != nil && since >= 0 && since < failFor {
		return t.failure
	}
	return nil
}

// renewal is when to fetch a token's successor.
func renewal(d dated, now time.Time) time.Time {
	return d.Expires.Add(-min(renewBefore, d.Expires.Sub(now)/2))
}

// token gives the access token. bad is one that WeChat has just refused, "" for
// none. One goroutine fetches; the others wait for it, or go on with the old
// token while that is good.
func (c *Client) token(ctx context.Context, bad string) (string, error) {
	t := &c.tokens
	held, fresh := t.look(c.now(), bad)
	if fresh {
		return held, nil
	}
	if held != "" {
		select {
		case t.turn <- struct{}{}:
		default:
			return held, nil
		}
	} else {
		select {
		case t.turn <- struct{}{}:
		case <-ctx.Done():
			return "", fmt.Errorf("wechat: %s: %w", tokenAPI, ctx.Err())
		}
	}
	defer func() { <-t.turn }()
	if now, fresh := t.look(c.now(), bad); fresh {
		return now, nil
	}
	if err := t.failed(c.now()); err != nil && held == "" {
		return "", err
	}
	good := func(d dated) bool {
		return d.Value != "" && d.Value != bad && c.now().Before(d.Expires.Add(-renewBefore))
	}
	wait := waitFor
	if held != "" {
		wait = 0
	}
	got, err := c.once(ctx, "wechat/token/"+c.appID, wait, good, func(ctx context.Context) (dated, error) { return c.fetchToken(ctx, bad) })
	switch {
	case err == nil:
		t.keep(got, c.now())
		return got.Value, nil
	case held != "" && errors.Is(err, errElsewhere):
		t.postpone(c.now().Add(renewAgain))
		return held, nil
	case held != "":
		c.log.WarnContext(ctx, "wechat: access token not renewed, the old one is still good", "error", err)
		t.postpone(c.now().Add(renewAgain))
		return held, nil
	case ctx.Err() == nil:
		t.fail(err, c.now())
	}
	return "", err
}

// fetchToken asks WeChat for a token that is not the bad one. Only when WeChat
// gives that very one again is it forced to make a new one, seldom.
func (c *Client) fetchToken(ctx context.Context, bad string) (dated, error) {
	d, err := c.askToken(ctx, false)
	if err != nil || d.Value != bad {
		return d, err
	}
	_, may, err := c.shared.Lock(ctx, "wechat/forced/"+c.appID, forceEvery)
	if err != nil || !may {
		return dated{}, fmt.Errorf("wechat: %s: %w, and it was made anew less than %v ago", tokenAPI, ErrToken, forceEvery)
	}
	c.log.WarnContext(ctx, "wechat: access token refused although it is the current one; forcing a new one")
	if d, err = c.askToken(ctx, true); err == nil && d.Value == bad {
		err = fmt.Errorf("wechat: %s: %w, and WeChat gives no other", tokenAPI, ErrToken)
	}
	return d, err
}

func (c *Client) askToken(ctx context.Context, force bool) (dated, error) {
	r, err := post(tokenAPI, map[string]any{
		"grant_type": "client_credential", "appid": c.appID, "secret": c.secret, "force_refresh": force,
	})
	if err != nil {
		return dated{}, err
	}
	var res credential.ResAccessToken
	if err := c.send(ctx, r, &res); err != nil {
		return dated{}, err
	}
	if res.AccessToken == "" || len(res.AccessToken) > maxToken || res.ExpiresIn <= 0 {
		return dated{}, fmt.Errorf("wechat: %s: %w: no token in it", tokenAPI, ErrResponse)
	}
	return dated{res.AccessToken, c.now().Add(time.Duration(min(res.ExpiresIn, 7200)) * time.Second)}, nil
}

// CheckToken says whether WeChat gives this server an access token and takes it.
func (c *Client) CheckToken(ctx context.Context) error {
	var list struct {
		IPs []string `json:"ip_list"`
	}
	err := c.call(ctx, request{api: "getcallbackip"}, &list)
	if err == nil && len(list.IPs) == 0 {
		err = fmt.Errorf("wechat: getcallbackip: %w: no addresses in it", ErrResponse)
	}
	return err
}
