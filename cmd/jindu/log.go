package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
)

// requestKey is where a request's id stands in its context.
type requestKey struct{}

// requestID is random: it ties the log lines of one request together, and to
// the X-Request-Id that a person may read out to the office.
func requestID() string {
	var raw [6]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

// newLog writes lines of key=value, each with the id of its request, if it has one.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(requestLog{slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})})
}

type requestLog struct{ slog.Handler }

func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(attrs)}
}

func (h requestLog) WithGroup(name string) slog.Handler { return requestLog{h.Handler.WithGroup(name)} }
