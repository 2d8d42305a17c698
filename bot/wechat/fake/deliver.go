package fake

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	account  = "gh_0fa4e0fa4e0f" // the account's own id in messages
	attempts = 3
	// Trouble is what a person sees when the account does not answer rightly.
	Trouble = "该公众号提供的服务出现故障，请稍后再试"
)

// Delivery is a message and what became of it.
type Delivery struct {
	Reply    *Reply // nil: the account says nothing
	Attempts []Attempt
}

// Text of the reply, "" when there is none.
func (d Delivery) Text() string {
	if d.Reply == nil {
		return ""
	}
	return d.Reply.Text
}

// Attempt is one post of a message to the callback.
type Attempt struct {
	Status int // of HTTP; 0: no answer
	Took   time.Duration
	Error  error // why there was no answer
}

// ErrTrouble: the person sees Trouble.
var ErrTrouble = errors.New(Trouble)

// field of a message, in its order.
type field struct{ name, value string }

// compose writes fields as WeChat does: numbers bare, all else in CDATA.
func compose(fields []field) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		switch f.name {
		case "CreateTime", "MsgId", "Location_X", "Location_Y", "Scale":
			fmt.Fprintf(&b, "<%s>%s</%s>\n", f.name, f.value, f.name)
		default:
			fmt.Fprintf(&b, "<%s><![CDATA[%s]]></%s>\n", f.name, strings.ReplaceAll(f.value, "]]>", "]]]]><![CDATA[>"), f.name)
		}
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// deliver posts a message until it is answered, three times at most, the same
// message each time. The error is an ErrTrouble when the person sees that
// something is wrong.
func (s *Server) deliver(ctx context.Context, from string, message []byte) (d Delivery, err error) {
	for range attempts {
		began := time.Now()
		status, body, err := s.post(ctx, from, message)
		d.Attempts = append(d.Attempts, Attempt{status, time.Since(began), err})
		switch {
		case ctx.Err() != nil:
			return d, ctx.Err()
		case err != nil:
			continue
		case status != http.StatusOK:
			return d, fmt.Errorf("%w: HTTP %d", ErrTrouble, status)
		}
		if d.Reply, err = s.readReply(from, body); err != nil {
			err = fmt.Errorf("%w: %w", ErrTrouble, err)
		}
		return d, err
	}
	return d, fmt.Errorf("%w: no answer", ErrTrouble)
}

// post makes one attempt.
func (s *Server) post(ctx context.Context, from string, message []byte) (status int, body []byte, err error) {
	stamp, nonce := s.stamp()
	q := url.Values{"signature": {sign(s.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "openid": {from}}
	if s.AESKey != "" {
		sealed, err := s.seal(message)
		if err != nil {
			return 0, nil, err
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sign(s.Token, stamp, nonce, sealed))
		message = compose([]field{{"ToUserName", account}, {"Encrypt", sealed}})
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	return s.call(ctx, http.MethodPost, q, message)
}

func (s *Server) stamp() (stamp, nonce string) {
	return strconv.FormatInt(s.Now().Unix(), 10), rand.Text()[:10]
}

func (s *Server) call(ctx context.Context, method string, q url.Values, body []byte) (status int, answer []byte, err error) {
	s.mu.Lock()
	target := s.callback
	s.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, method, target+"?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("User-Agent", "Mozilla/4.0")
	r.Header.Set("Content-Type", "text/xml")
	res, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, answer, err
}

// Verify asks the callback whether it knows the token, as WeChat does when the
// server configuration is saved.
func (s *Server) Verify(ctx context.Context) error {
	stamp, nonce := s.stamp()
	echo := rand.Text()
	q := url.Values{"signature": {sign(s.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {echo}}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	status, body, err := s.call(ctx, http.MethodGet, q, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK || string(body) != echo {
		return fmt.Errorf("token 验证失败: HTTP %d", status)
	}
	return nil
}
