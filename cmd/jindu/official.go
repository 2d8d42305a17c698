package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

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
	shared        api.Shared // of all processes
	log           *slog.Logger
	logins, texts right
	known         chan struct{} // closed after the first look
	doubt         chan struct{} // holds one: WeChat refused what it was thought to allow
}

// right is what WeChat lets the account do, as far as is known.
type right struct{ has, told atomic.Bool }

func newOfficialAccount(client *api.Client, shared api.Shared, log *slog.Logger) *officialAccount {
	return &officialAccount{client: client, shared: shared, log: log, known: make(chan struct{}), doubt: make(chan struct{}, 1)}
}

// official connects the account, where there is an app secret; else both are nil.
func (s *server) official() (web.WeChat, wechat.Letters, error) {
	if s.wechat.appSecret == "" {
		return nil, nil, nil
	}
	var shared api.Shared = api.NewLocal(time.Now)
	if store, ok := s.engine.(*redisstore.Store); ok { // several processes, one token
		shared = store.Shared()
	}
	client, err := api.New(api.Config{
		AppID: s.wechat.appID, AppSecret: s.wechat.appSecret, BaseURL: s.wechat.apiURL, Shared: shared, Log: s.log,
	})
	if err != nil {
		return nil, nil, err
	}
	s.account = newOfficialAccount(client, shared, s.log)
	return pageReader{s.account}, letters{s.account, s.live.Library}, nil
}

const (
	// How often the rights are asked for: they change when an account is verified.
	rightsEvery = time.Hour
	rightsRetry = time.Minute      // when WeChat did not answer
	rightsQuota = 10 * time.Minute // when the day's calls are used up
	rightsPause = 10 * time.Second // after a look for a doubt, before the next
	rightsTime  = 5 * time.Second
	// rightsWait is how long a start waits for the first look, so that the first
	// visitors are recognized too.
	rightsWait = 500 * time.Millisecond
)

// run keeps the rights up to date until ctx ends.
func (a *officialAccount) run(ctx context.Context) {
	defer a.client.Close()
	timer := time.NewTimer(a.look(ctx))
	defer timer.Stop()
	close(a.known)
	doubt, pause := a.doubt, time.NewTimer(rightsPause) // a doubt is heard again after a pause
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-doubt:
			doubt = nil
			pause.Reset(rightsPause)
		case <-pause.C:
			doubt = a.doubt
			continue
		}
		timer.Reset(a.look(ctx))
	}
}

// await the first look, for a moment.
func (a *officialAccount) await(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rightsWait)
	defer cancel()
	select {
	case <-a.known:
	case <-ctx.Done():
	}
}

// refused says that WeChat refused a call for a reason that may hold for all: one
// refusal may be a whim, so the account goes on as before until it has been asked.
func (a *officialAccount) refused(err error) {
	if !errors.Is(err, api.ErrNoRight) && !errors.Is(err, api.ErrQuota) {
		return
	}
	select {
	case a.doubt <- struct{}{}:
	default: // it is in doubt already
	}
}

// look asks for the rights and says when to ask again.
func (a *officialAccount) look(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, rightsTime)
	defer cancel()
	a.client.Reconsider()
	// Both ask for the impossible. What WeChat says against it tells whether the
	// account may call at all.
	_, err := a.client.Exchange(ctx, "rights")
	again := a.judge("web authorization", &a.logins, err, api.ErrCode)
	err = a.client.SendText(ctx, "rights", "rights")
	return min(again, a.judge("customer messages", &a.texts, err, api.ErrCannotWrite))
}

// judge keeps what an answer says of a right, and says when to ask again.
func (a *officialAccount) judge(name string, right *right, err, allowed error) (again time.Duration) {
	has := errors.Is(err, allowed)
	switch {
	case has, errors.Is(err, api.ErrNoRight), errors.Is(err, api.ErrBlocked):
		again = rightsEvery
	case errors.Is(err, api.ErrQuota):
		again = rightsQuota
	default:
		a.log.Warn("wechat: a right is not known, the account goes on as before", "right", name, "has", right.has.Load(), "error", err)
		return rightsRetry
	}
	// What is missing from the start is told too.
	if changed, told := right.has.Swap(has) != has, right.told.Swap(true); changed || !told {
		attrs := []any{"right", name, "has", has}
		if !has {
			attrs = append(attrs, "reason", err)
		}
		a.log.Info("wechat: right of the account", attrs...)
	}
	return again
}

// pageReader is the account as the residents' pages need it.
type pageReader struct{ *officialAccount }

// Ready says whether the account may use web authorization.
func (a pageReader) Ready() bool { return a.logins.has.Load() }

// AuthorizeURL is the page that tells who the reader is.
func (a pageReader) AuthorizeURL(redirect, state string) (string, error) {
	return a.client.AuthorizeURL(redirect, state)
}

// Exchange gives the reader's open id for a code.
func (a pageReader) Exchange(ctx context.Context, code string) (string, error) {
	openID, err := a.client.Exchange(ctx, code)
	a.refused(err)
	switch {
	case errors.Is(err, api.ErrSnapshot):
		return "", errors.Join(web.ErrSnapshot, err)
	case errors.Is(err, api.ErrCode):
		return "", errors.Join(web.ErrCode, err)
	}
	return openID, err
}
