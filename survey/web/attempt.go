package web

import (
	"encoding/binary"
	"time"

	"github.com/gin-gonic/gin"
)

// stage of a browser on its way to WeChat and back.
type stage byte

const (
	fresh    stage = iota // not sent yet
	sent                  // sent with a state
	snapshot              // came back as nobody
	gaveUp                // answers in another way
	strange               // came back and had not been sent
	unkept                // came back, and the store was away
)

// attempt is what a browser keeps, encrypted and for one ticket, so that the
// return from WeChat is known to be its own.
type attempt struct {
	stage stage
	tries byte
	state [16]byte
}

const attemptLife = 10 * time.Minute

// attemptPurpose binds the cookie to the ticket, as its path does.
func attemptPurpose(v visit) string { return "authorization " + v.raw }

// attempt of this browser; a fresh one when it has none.
func (p *Pages) attempt(c *gin.Context, v visit) attempt {
	raw, ok := p.Keys.Open(attemptPurpose(v), cookie(c, cookieAttempt))
	if !ok || len(raw) != 26 || !p.Now().Before(time.Unix(int64(binary.BigEndian.Uint64(raw[18:])), 0)) {
		return attempt{}
	}
	return attempt{stage: stage(raw[0]), tries: raw[1], state: [16]byte(raw[2:18])}
}

func (p *Pages) setAttempt(c *gin.Context, v visit, a attempt) {
	raw := append([]byte{byte(a.stage), a.tries}, a.state[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.Now().Add(attemptLife).Unix()))
	p.setCookie(c, cookieAttempt, p.Keys.Seal(attemptPurpose(v), raw), v.path(), attemptLife)
}

// endAttempt takes the state from the browser: it was used.
func (p *Pages) endAttempt(c *gin.Context, v visit) {
	p.setCookie(c, cookieAttempt, "", v.path(), -time.Second)
}
