package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"jindu/bot"
	"jindu/bot/wechat"
	"jindu/bot/wechat/api"
	"jindu/internal/redisstore"
	"jindu/survey/web"
)

// officialAccount is what the rooms may ask of WeChat beyond answering messages:
// who a page's reader is, and to write to a follower. Either needs a right that
// the account may not have, so WeChat is asked for it first.
type officialAccount struct {
	client        *api.Client
	log           *slog.Logger
	next          time.Duration // until the next look, when run begins
	logins, texts atomic.Bool
}

// official connects the account, where there is an app secret; else both are nil.
func (s *server) official(ctx context.Context) (web.WeChat, wechat.Letters, error) {
	if s.wechat.appSecret == "" {
		return nil, nil, nil
	}
	var shared api.Shared
	if store, ok := s.engine.(*redisstore.Store); ok { // several processes, one token
		shared = store.Shared()
	}
	client, err := api.New(api.Config{
		AppID: s.wechat.appID, AppSecret: s.wechat.appSecret, BaseURL: s.wechat.apiURL, Shared: shared, Log: s.log,
	})
	if err != nil {
		return nil, nil, err
	}
	s.account = &officialAccount{client: client, log: s.log}
	s.account.next = s.account.look(ctx)
	return pageReader{s.account}, letters{s.account}, nil
}

const (
	// How often the rights are asked for: they change when an account is verified.
	rightsEvery = time.Hour
	rightsRetry = time.Minute // when WeChat did not answer
	rightsTime  = 5 * time.Second
)

// run keeps the rights up to date until ctx ends.
func (a *officialAccount) run(ctx context.Context) {
	defer a.client.Close()
	timer := time.NewTimer(a.next)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(a.look(ctx))
		}
	}
}

// look asks for the rights and says when to ask again.
func (a *officialAccount) look(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, rightsTime)
	defer cancel()
	// Both ask for the impossible. What WeChat says against it tells whether the
	// account may call at all.
	_, err := a.client.Exchange(ctx, "rights")
	logins := a.judge("web authorization", &a.logins, err, api.ErrCode)
	err = a.client.SendText(ctx, "rights", "rights")
	if !a.judge("customer messages", &a.texts, err, api.ErrCannotWrite) || !logins {
		return rightsRetry
	}
	return rightsEvery
}

// judge keeps what an answer says of a right; known is false when it says nothing.
func (a *officialAccount) judge(name string, right *atomic.Bool, err, allowed error) (known bool) {
	has := errors.Is(err, allowed)
	if !has && !errors.Is(err, api.ErrNoRight) {
		a.log.Warn("wechat: a right is not known, the account goes on as before", "right", name, "has", right.Load(), "error", err)
		return false
	}
	if right.Swap(has) != has {
		a.log.Info("wechat: right of the account", "right", name, "has", has)
	}
	return true
}

// pageReader is the account as the residents' pages need it.
type pageReader struct{ *officialAccount }

// Ready says whether the account may use web authorization.
func (a pageReader) Ready() bool { return a.logins.Load() }

// AuthorizeURL is the page that tells who the reader is.
func (a pageReader) AuthorizeURL(redirect, state string) (string, error) {
	return a.client.AuthorizeURL(redirect, state)
}

// Exchange gives the reader's open id for a code.
func (a pageReader) Exchange(ctx context.Context, code string) (string, error) {
	openID, err := a.client.Exchange(ctx, code)
	switch {
	case errors.Is(err, api.ErrSnapshot):
		return "", errors.Join(web.ErrSnapshot, err)
	case errors.Is(err, api.ErrCode):
		return "", errors.Join(web.ErrCode, err)
	case errors.Is(err, api.ErrNoRight):
		a.logins.Store(false)
	}
	return openID, err
}

// letters is the account as the webhook needs it.
type letters struct{ *officialAccount }

// Ready says whether the account may write customer messages.
func (a letters) Ready() bool { return a.texts.Load() }

// Send writes to a follower. Who cannot be written to now is left alone.
func (a letters) Send(ctx context.Context, to bot.OpenID, text string) error {
	err := a.client.SendText(ctx, string(to), text)
	switch {
	case errors.Is(err, api.ErrNoRight):
		a.texts.Store(false)
		return nil
	case errors.Is(err, api.ErrCannotWrite):
		return nil
	}
	return err
}
