package wechat

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"jindu/bot"
	"jindu/bot/quiz"
)

const (
	maxID   = 64   // bytes of an open id or account id
	maxText = 4096 // bytes of text that are read; WeChat sends less
	maxMenu = 128  // bytes of a menu id; the bot's are shorter
	// maxAge is how far a message's own time may be from the clock to be believed.
	maxAge = 10 * time.Minute
)

// readCallback reads a message in the clear.
func readCallback(body string) (callback, error) {
	in, err := scan(legal(body))
	if err != nil {
		return in, err
	}
	if !validID(in[fieldFrom]) || !validID(in[fieldTo]) || in[fieldType] == "" {
		return in, errFormat
	}
	return in, nil
}

func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := range len(id) {
		if b := id[i]; !nameByte(b, true) && b != '-' {
			return false
		}
	}
	return true
}

// message is what the bot is told.
func (w *Webhook) message(in callback) bot.Message {
	m := bot.Message{
		From:   bot.OpenID(in[fieldFrom]),
		Who:    w.Keys.Pseudonym([]byte("bot"), "wechat", in[fieldFrom]),
		Key:    w.key(in),
		MenuID: cutRune(in[fieldMenuID], maxMenu),
		At:     w.Now(),
	}
	// A retry carries the same time, so that whatever is derived from it is the same.
	if at, ok := w.sentAt(in); ok {
		m.At = at
	}
	m.Kind, m.Text = kind(in)
	m.Text = cutRune(m.Text, maxText)
	return m
}

// sentAt is a message's own time; ok is false when it is too far from the clock.
func (w *Webhook) sentAt(in callback) (at time.Time, ok bool) {
	seconds, err := strconv.ParseInt(in[fieldTime], 10, 64)
	at = time.Unix(seconds, 0)
	return at, err == nil && w.Now().Sub(at).Abs() < maxAge
}

func kind(in callback) (bot.MessageKind, string) {
	switch message.MsgType(in[fieldType]) {
	case message.MsgTypeText:
		return bot.Text, in[fieldContent]
	case message.MsgTypeLocation:
		return bot.Location, ""
	case message.MsgTypeVoice:
		return bot.Voice, ""
	case message.MsgTypeImage:
		return bot.Image, ""
	case message.MsgTypeEvent:
		return eventKind(in)
	}
	return bot.Other, ""
}

func eventKind(in callback) (bot.MessageKind, string) {
	switch message.EventType(in[fieldEvent]) {
	case message.EventSubscribe:
		// Whoever follows after a payment has a key without the prefix.
		if scene, ok := strings.CutPrefix(in[fieldEventKey], "qrscene_"); ok {
			return bot.Subscribe, scene
		}
		return bot.Subscribe, ""
	case message.EventUnsubscribe:
		return bot.Unsubscribe, ""
	case message.EventScan:
		return bot.Scan, in[fieldEventKey]
	case message.EventClick:
		return bot.Click, in[fieldEventKey]
	}
	return bot.Silent, "" // a visited link, a reported place, the end of a mass message
}

// key tells a message from every other and knows its retry: by the message's
// id, or, for events, which have none, by who, when and what.
func (w *Webhook) key(in callback) quiz.MessageKey {
	parts := [][]byte{[]byte(w.AppID), []byte(in[fieldFrom])}
	if in[fieldMsgID] != "" {
		parts = append(parts, []byte(in[fieldMsgID]))
	} else {
		for _, field := range []int{fieldTime, fieldType, fieldEvent, fieldEventKey, fieldContent} {
			parts = append(parts, []byte(in[field]))
		}
	}
	sum := w.Keys.MAC("wechat/message", parts...)
	return quiz.MessageKey(sum[:len(quiz.MessageKey{})])
}

// cutRune gives the whole runes in the first n bytes.
func cutRune(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
