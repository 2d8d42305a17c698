package survey

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"jindu/content"
	"jindu/internal/respondent"
)

// Why a ticket is refused: not minted here or changed; or it cannot be minted.
var (
	ErrTicket = errors.New("ticket is not valid")
	ErrPoint  = errors.New("name of the collection point is too long or holds control characters")
	ErrPlace  = errors.New("place lies outside the questionnaire's county")
)

// MaxPoint is the longest name of a collection point, in bytes of UTF-8: the QR
// code of a ticket must stay sparse enough for a cheap phone.
const MaxPoint = 36

// Ticket is what a QR code carries: a questionnaire, where it is answered, and how.
type Ticket struct {
	Tag      [4]byte // content.QuestionnaireTag of the questionnaire's id
	Place    string  // code of a county, township, unit or village
	Point    string  // name of a collection point, or ""
	Assisted bool    // opened by staff with a PIN; each form is a fresh respondent
	Preview  bool    // shows the questionnaire and never counts
	Until    content.Date
}

const (
	ticketVersion  = 1 << 4
	ticketAssisted = 1 << 0
	ticketPreview  = 1 << 1
	ticketUntil    = 1 << 2
	ticketMAC      = 10 // bytes: 80 bits, checked online only
)

var ticketEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// NewTicket for a questionnaire and place. The point's name is at most MaxPoint bytes.
func NewTicket(q *content.Questionnaire, place *content.Place, point string) (Ticket, error) {
	point = strings.Join(strings.Fields(point), " ")
	if len(point) > MaxPoint || !utf8.ValidString(point) || strings.ContainsFunc(point, Unseen) {
		return Ticket{}, ErrPoint
	}
	if !place.Within(q.Place.Code) {
		return Ticket{}, ErrPlace
	}
	return Ticket{Tag: content.QuestionnaireTag(q.ID), Place: place.Code, Point: point}, nil
}

// Encode signs the ticket. Layout: flags (version in the high half), tag 4,
// place 5 (its number with its count of digits), days since 2020 when it ends 2,
// point, MAC 10; base64url without padding. A county's ticket without a point
// has 27 characters.
func (t Ticket) Encode(keys *respondent.Keys) string {
	flags := byte(ticketVersion)
	if t.Assisted {
		flags |= ticketAssisted
	}
	if t.Preview {
		flags |= ticketPreview
	}
	if !t.Until.IsZero() {
		flags |= ticketUntil
	}
	raw := append([]byte{flags}, t.Tag[:]...)
	number, _ := strconv.ParseUint(t.Place, 10, 64)
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], number)
	raw = append(raw, wide[3:]...)
	if !t.Until.IsZero() {
		raw = binary.BigEndian.AppendUint16(raw, uint16(t.Until.Sub(ticketEpoch)/(24*time.Hour)))
	}
	raw = append(raw, t.Point...)
	sum := keys.MAC("ticket", raw)
	return base64.RawURLEncoding.EncodeToString(append(raw, sum[:ticketMAC]...))
}

// DecodeTicket reads a ticket and checks its MAC. There is exactly one spelling
// of each ticket. Whether it has expired is for the caller to ask.
func DecodeTicket(keys *respondent.Keys, s string) (Ticket, error) {
	// Go's decoder skips line breaks even in strict mode.
	if len(s) > 128 || strings.ContainsAny(s, "\r\n") {
		return Ticket{}, ErrTicket
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) < 10+ticketMAC {
		return Ticket{}, ErrTicket
	}
	body, tag := raw[:len(raw)-ticketMAC], raw[len(raw)-ticketMAC:]
	if sum := keys.MAC("ticket", body); !hmac.Equal(tag, sum[:ticketMAC]) {
		return Ticket{}, ErrTicket
	}
	flags := body[0]
	if flags&^(ticketAssisted|ticketPreview|ticketUntil) != ticketVersion {
		return Ticket{}, ErrTicket
	}
	var wide [8]byte
	copy(wide[3:], body[5:10])
	t := Ticket{
		Tag: [4]byte(body[1:5]), Place: strconv.FormatUint(binary.BigEndian.Uint64(wide[:]), 10),
		Assisted: flags&ticketAssisted != 0, Preview: flags&ticketPreview != 0,
	}
	rest := body[10:]
	if flags&ticketUntil != 0 {
		if len(rest) < 2 {
			return Ticket{}, ErrTicket
		}
		t.Until = content.Date{Time: ticketEpoch.AddDate(0, 0, int(binary.BigEndian.Uint16(rest)))}
		rest = rest[2:]
	}
	if len(rest) > MaxPoint || !utf8.Valid(rest) {
		return Ticket{}, ErrTicket
	}
	t.Point = string(rest)
	return t, nil
}

// Expired says whether the ticket's last day is over.
func (t Ticket) Expired(now time.Time) bool {
	return !t.Until.IsZero() && DayOver(t.Until, now)
}

// China is the time zone of every date that an office writes.
var China = time.FixedZone("CST", 8*3600)

// DayOver says whether that day has ended in China.
func DayOver(day content.Date, now time.Time) bool {
	return now.In(China).Format(time.DateOnly) > day.String()
}

// Questionnaire finds the questionnaire of a ticket, or nil.
func (t Ticket) Questionnaire(lib *content.Library) *content.Questionnaire {
	for id, q := range lib.Questionnaires {
		if content.QuestionnaireTag(id) == t.Tag {
			return q
		}
	}
	return nil
}
