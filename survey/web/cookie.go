package web

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/respondent"
	"jindu/survey"
)

// Cookies. All are HttpOnly, SameSite=Lax and Secure on https, and are sent to
// the residents' pages only. TAG is the questionnaire's tag in hex.
const (
	// cookieDevice holds 16 signed random bytes: one browser, one answer.
	cookieDevice = "jd_device"
	// cookieAnswered + TAG holds pseudonym, time and id of the response that counts,
	// encrypted.
	cookieAnswered = "jd_done_"
	// cookiePersonal + TAG holds the pseudonym of the follower that WeChat says
	// this is, or whose personal link this browser was the first to open, encrypted.
	cookiePersonal = "jd_me_"
	// cookieStaff opens one assisted ticket, whose path it is bound to.
	cookieStaff = "jd_staff"
	// cookieAttempt knows the return from WeChat to one ticket, whose path it is
	// bound to.
	cookieAttempt = "jd_auth"
)

const (
	deviceLife   = 365 * 24 * time.Hour
	personalLife = 7 * 24 * time.Hour
	staffLife    = 12 * time.Hour
)

func (p *Pages) setCookie(c *gin.Context, name, value, path string, life time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func cookie(c *gin.Context, name string) string {
	found, err := c.Request.Cookie(name)
	if err != nil {
		return ""
	}
	return found.Value
}

func tagged(name string, q *content.Questionnaire) string {
	tag := content.QuestionnaireTag(q.ID)
	return name + hex.EncodeToString(tag[:])
}

// knownDevice is the id of a browser that has been here before, or "".
func (p *Pages) knownDevice(c *gin.Context) string {
	id, ok := p.Keys.Verify("device", cookie(c, cookieDevice))
	if !ok || len(id) != 16 {
		return ""
	}
	return string(id)
}

// device is the id of the browser; a new one gets its cookie.
func (p *Pages) device(c *gin.Context) string {
	if id := p.knownDevice(c); id != "" {
		return id
	}
	var id [16]byte
	rand.Read(id[:])
	p.setCookie(c, cookieDevice, p.Keys.Sign("device", id[:]), "/s/", deviceLife)
	return string(id[:])
}

// mark of the survey, asked for once a request.
func (p *Pages) mark(c *gin.Context, q *content.Questionnaire) (survey.Mark, error) {
	type known struct {
		mark survey.Mark
		err  error
	}
	name := "mark of " + q.ID
	if k, ok := c.Get(name); ok {
		return k.(known).mark, k.(known).err
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), stateTimeout)
	defer cancel()
	var k known
	k.mark, k.err = p.Desk.Mark(ctx, q)
	c.Set(name, k)
	return k.mark, k.err
}

// setMarked sets a cookie about this survey as it is now.
func (p *Pages) setMarked(c *gin.Context, name string, q *content.Questionnaire, about []byte, life time.Duration) {
	mark, err := p.mark(c, q)
	if err != nil { // closed for good meanwhile
		return
	}
	p.setCookie(c, tagged(name, q), p.Keys.Seal(name, append(mark[:], about...)), "/s/", life)
}

// marked reads such a cookie of so many bytes. One from before the survey was begun
// anew says nothing (nil). err says why that cannot be told, if it cannot.
func (p *Pages) marked(c *gin.Context, name string, q *content.Questionnaire, size int) (about []byte, err error) {
	raw, ok := p.Keys.Open(name, cookie(c, tagged(name, q)))
	if !ok || len(raw) != len(survey.Mark{})+size {
		return nil, nil
	}
	mark, err := p.mark(c, q)
	if about = raw[len(mark):]; err == nil && survey.Mark(raw[:len(mark)]) != mark {
		return nil, nil
	}
	return about, err
}

func appendTime(b []byte, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(at.Unix()))
}

func readTime(b []byte) time.Time { return time.Unix(int64(binary.BigEndian.Uint64(b)), 0) }

// setAnswered remembers in the browser as whom it has answered, and its receipt.
func (p *Pages) setAnswered(c *gin.Context, q *content.Questionnaire, r survey.Receipt) {
	p.setMarked(c, cookieAnswered, q, append(appendTime(r.Respondent[:], r.At), r.FirstID[:]...), deviceLife)
}

// ownAnswer is what is known of a browser's response.
type ownAnswer struct {
	receipt survey.Receipt
	counts  bool
	away    error // the store cannot tell; of the receipt no more is known than its time
}

// answered is the receipt of this browser's response, whatever its tier was, and
// whether it counts. The store is asked, once a request: the cookie only says for
// whom. An older backup may have been restored since.
func (p *Pages) answered(c *gin.Context, v visit) (survey.Receipt, bool, error) {
	const name = "answer"
	if known, ok := c.Get(name); ok {
		a := known.(ownAnswer)
		return a.receipt, a.counts, a.away
	}
	a := p.findAnswer(c, v)
	c.Set(name, a)
	return a.receipt, a.counts, a.away
}

func (p *Pages) findAnswer(c *gin.Context, v visit) (a ownAnswer) {
	if !v.counted() {
		return a
	}
	about, err := p.marked(c, cookieAnswered, v.q, 16+8+16)
	if about == nil {
		return a
	}
	who, at := respondent.Pseudonym(about[:16]), readTime(about[16:24])
	if err == nil {
		ctx, cancel := context.WithTimeout(c.Request.Context(), stateTimeout)
		defer cancel()
		a.receipt, a.counts, err = p.Desk.Find(ctx, v.q, who)
	}
	switch {
	case errors.Is(err, survey.ErrClosed):
		// Who answered is destroyed, the counts stay. A page keeps its receipt; what is
		// sent now is not taken.
		a.counts = c.Request.Method == http.MethodGet
		a.receipt = p.Desk.Receipt(v.q, who, survey.Result{Outcome: survey.Duplicate, FirstID: survey.SubmissionID(about[24:]), At: at})
	case err != nil:
		p.blind.Failed(c.Request.Context(), err, "survey", v.q.ID)
		return ownAnswer{receipt: survey.Receipt{At: at}, away: err}
	}
	return a
}

// setPersonal lets this browser answer as a follower.
func (p *Pages) setPersonal(c *gin.Context, q *content.Questionnaire, who respondent.Pseudonym) {
	p.setMarked(c, cookiePersonal, q, appendTime(who[:], p.Now().Add(personalLife)), personalLife)
}

// personal is the follower that this browser answers as. While the store cannot be
// reached the cookie is believed: nothing is stored before its survey's key is known.
func (p *Pages) personal(c *gin.Context, q *content.Questionnaire) (survey.Personal, bool) {
	about, _ := p.marked(c, cookiePersonal, q, 16+8)
	if about == nil {
		return survey.Personal{}, false
	}
	until := readTime(about[16:])
	return survey.Personal{Respondent: respondent.Pseudonym(about[:16]), Until: until}, p.Now().Before(until)
}
