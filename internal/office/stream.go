package office

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// writePatience bounds one write to a stream: who takes nothing for so long is
// gone, and will come back by itself.
const writePatience = 5 * time.Second

// getStream sends the tally as server-sent events: one whole snapshot at once
// and after every change. With ?status=1 the events tell the page about content
// and store as well.
func (h *Handler) getStream(c *gin.Context) {
	ask, ok := h.ask(c)
	if !ok {
		return
	}
	ctx, id, v := c.Request.Context(), ask.survey.ID, view{ask.by, ask.scope}
	feed, err := h.hub.join(ctx, id, v)
	if err != nil {
		if errors.Is(err, errCrowded) {
			h.Log.Warn("live stream refused", "error", err)
		}
		c.Header("Retry-After", "5")
		refuse(c, http.StatusServiceUnavailable, "unavailable", "现在看实时数据的人太多，请稍后再试。")
		return
	}
	defer h.hub.leave(id, v)
	c.Header("Content-Type", "text/event-stream; charset=utf-8")
	c.Header("X-Accel-Buffering", "no")
	c.Status(http.StatusOK)
	out := stream{c.Writer, http.NewResponseController(c.Writer), h.patience}
	// The server's read timeout would end the request: its deadline stays on the
	// connection, where net/http waits for the client to hang up.
	if err := out.control.SetReadDeadline(time.Time{}); err != nil {
		h.Log.Warn("live stream keeps its read deadline", "error", err)
	}
	if out.write([]byte("retry: 3000\n\n")) != nil {
		return
	}
	withStatus := c.Query("status") == "1"
	beats := time.NewTicker(h.beat)
	defer beats.Stop()
	sent := &frame{}
	for {
		f := feed.frame.Load()
		if out.send(f, sent, withStatus) != nil {
			return
		}
		sent = f
		select {
		case <-f.next:
		case <-beats.C:
			if h.Library().Questionnaires[id] == nil || !h.still(ctx, ask.reader, ask.survey, ask.scope) {
				return
			}
			sign := []byte(": still here\n\n")
			if withStatus && f.status != nil {
				sign = f.status // a script sees events, not comments
			}
			if out.write(sign) != nil {
				return
			}
		case <-h.hub.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

type stream struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
}

// send writes what the client has not got yet.
func (s stream) send(f, sent *frame, withStatus bool) error {
	if withStatus && f.status != nil && !bytes.Equal(f.status, sent.status) {
		if err := s.write(f.status); err != nil {
			return err
		}
	}
	if f.tally != nil && !bytes.Equal(f.tally, sent.tally) {
		return s.write(f.tally)
	}
	return nil
}

func (s stream) write(p []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.Write(p); err != nil {
		return err
	}
	return s.control.Flush()
}
