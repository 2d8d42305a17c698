package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Fault is something that goes wrong with a call.
type Fault struct {
	API   string // such as "menu/create"; "": any
	Times int    // how often; 0: until Heal

	// First the answer is held back, for a time or until the channel closes.
	Delay time.Duration
	Until <-chan struct{}

	// Then the first of these that is set comes instead of the right answer.
	Code   int // errcode, with Text as errmsg
	Text   string
	Status int    // of HTTP
	Body   string // such as broken JSON
	Short  bool   // announces more bytes than it sends

	// Echo adds all that the call carried to Text or Body.
	Echo bool
}

// Inject a fault. Of those that fit a call the oldest happens.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal ends all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is the one that a call meets. The caller holds the lock.
func (s *Server) fault(api string) *Fault {
	for i, f := range s.faults {
		if f.API != "" && f.API != api {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

// happen says whether the call is over.
func (f *Fault) happen(w http.ResponseWriter, r *http.Request, ended <-chan struct{}) bool {
	if f.Delay > 0 || f.Until != nil {
		var timer <-chan time.Time
		if f.Until == nil {
			t := time.NewTimer(f.Delay)
			defer t.Stop()
			timer = t.C
		}
		select {
		case <-timer:
		case <-f.Until:
		case <-ended:
			return true
		case <-r.Context().Done():
			return true
		}
	}
	echo := ""
	if f.Echo {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		echo = fmt.Sprintf(" %s %s %s", r.URL.RawQuery, r.URL.Query(), body)
	}
	switch {
	case f.Code != 0:
		text := f.Text
		if text == "" {
			text = texts[f.Code]
		}
		text += echo
		json.NewEncoder(w).Encode(refuse(f.Code, "%s", text))
	case f.Status != 0:
		w.WriteHeader(f.Status)
	case f.Body != "":
		io.WriteString(w, f.Body+echo)
	case f.Short:
		body := `{"errcode":0,"errmsg":"ok"`
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+100))
		w.Write([]byte(body))
	default:
		return false
	}
	return true
}

// texts of the codes that are injected most.
var texts = map[int]string{
	-1:    "system error",
	40001: "invalid credential, access_token is invalid or not latest",
	40013: "invalid appid",
	40014: "invalid access_token",
	40125: "invalid appsecret",
	40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
	42001: "access_token expired",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	48001: "api unauthorized",
}
