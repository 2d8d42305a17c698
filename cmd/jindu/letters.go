package main

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/bot/wechat"
	"jindu/bot/wechat/api"
	"jindu/content"
)

const (
	// claimLife is how long a message's picture is known to be sent: longer than
	// WeChat sends a message again.
	claimLife = time.Minute
	// claimWait is how long a picture waits for the word of the other processes.
	claimWait = 200 * time.Millisecond
)

// letters is the account as the webhook needs it.
type letters struct {
	*officialAccount
	library func() *content.Library
}

// Ready says whether the account may write customer messages.
func (a letters) Ready() bool { return a.texts.has.Load() }

// Send writes to a follower.
func (a letters) Send(ctx context.Context, to bot.OpenID, text string) error {
	err := a.client.SendText(ctx, string(to), text)
	a.refused(err)
	return err
}

// SendPicture sends a picture of the content, which WeChat has to have first: it
// is uploaded when it is asked for, once in three days. WeChat's retry of a message may
// reach another process while this one is sending, so one of them takes it on.
func (a letters) SendPicture(ctx context.Context, to bot.OpenID, message quiz.MessageKey, id string) error {
	picture := a.library().Pictures[id]
	if picture == nil {
		return errors.New("no such picture in the content")
	}
	release, mine := a.claim(ctx, message)
	if !mine {
		return wechat.ErrSent
	}
	err := a.client.SendPicture(ctx, string(to), []byte(picture.PNG))
	a.refused(err)
	if errors.Is(err, api.ErrNoRight) || errors.Is(err, api.ErrCannotWrite) {
		release() // it was not sent, for sure
		return errors.Join(wechat.ErrMayNot, err)
	}
	return err
}

// claim says whether this process is the one to send a message's picture. When nobody
// can tell in time, it is: a picture that comes twice is better than none.
func (a letters) claim(ctx context.Context, message quiz.MessageKey) (release func(), mine bool) {
	type answer struct {
		release func()
		mine    bool
		err     error
	}
	told := make(chan answer, 1)
	go func() { // not broken off: that would look like a Redis that is away
		release, mine, err := a.shared.Lock(context.WithoutCancel(ctx), "wechat/picture/"+hex.EncodeToString(message[:]), claimLife)
		told <- answer{release, mine, err}
	}()
	late := time.NewTimer(claimWait)
	defer late.Stop()
	select {
	case t := <-told:
		if t.err == nil {
			return t.release, t.mine
		}
	case <-late.C:
	}
	return func() {}, true
}
