package web

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
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
	// cookieAnswered + TAG holds id and time of the response that counts, encrypted.
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

// setAnswered remembers in the browser that it has answered.
func (p *Pages) setAnswered(c *gin.Context, q *content.Questionnaire, r survey.Receipt) {
	tag := content.QuestionnaireTag(q.ID)
	raw := append(tag[:], r.FirstID[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(r.At.Unix()))
	p.setCookie(c, tagged(cookieAnswered, q), p.Keys.Seal("answered", raw), "/s/", deviceLife)
}

// answered is the receipt of this browser's response, whatever its tier was.
func (p *Pages) answered(c *gin.Context, v visit) (survey.Receipt, bool) {
	if !v.counted() {
		return survey.Receipt{}, false
	}
	raw, ok := p.Keys.Open("answered", cookie(c, tagged(cookieAnswered, v.q)))
	if !ok || len(raw) != 28 || [4]byte(raw[:4]) != content.QuestionnaireTag(v.q.ID) {
		return survey.Receipt{}, false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(raw[20:])), 0)
	return p.Desk.Receipt(v.q, survey.Duplicate, survey.SubmissionID(raw[4:20]), at), true
}

// setPersonal lets this browser answer as a follower.
func (p *Pages) setPersonal(c *gin.Context, q *content.Questionnaire, who respondent.Pseudonym) {
	tag := content.QuestionnaireTag(q.ID)
	raw := append(tag[:], who[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.Now().Add(personalLife).Unix()))
	p.setCookie(c, tagged(cookiePersonal, q), p.Keys.Seal("personal cookie", raw), "/s/", personalLife)
}

// personal is the follower that this browser answers as.
func (p *Pages) personal(c *gin.Context, q *content.Questionnaire) (survey.Personal, bool) {
	raw, ok := p.Keys.Open("personal cookie", cookie(c, tagged(cookiePersonal, q)))
	if !ok || len(raw) != 28 || [4]byte(raw[:4]) != content.QuestionnaireTag(q.ID) {
		return survey.Personal{}, false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(raw[20:])), 0)
	return survey.Personal{Respondent: respondent.Pseudonym(raw[4:20]), Until: until}, p.Now().Before(until)
}
