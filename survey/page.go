package survey

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"jindu/content"
)

// Page is the identity of one opened form: a submission id, signed with the
// time it was minted and for the browser that opened it, so that a form can
// neither be invented nor given to another person or questionnaire.
type Page struct {
	ID     SubmissionID
	Opened time.Time
}

// MintPage makes the hidden field of a form for a browser.
func (d *Desk) MintPage(q *content.Questionnaire, device string) string {
	var raw [16 + 4 + 4 + 8]byte
	rand.Read(raw[:16]) // never fails since Go 1.24
	binary.BigEndian.PutUint32(raw[16:], uint32(d.now().Unix()))
	tag := content.QuestionnaireTag(q.ID)
	copy(raw[20:], tag[:])
	holder := d.keys.MAC("page holder", []byte(device))
	copy(raw[24:], holder[:8])
	return d.keys.Sign("page", raw[:])
}

// ReadPage reads the hidden field of a form. There is no expiry: a page left
// open over lunch must still count.
func (d *Desk) ReadPage(q *content.Questionnaire, device, token string) (Page, bool) {
	raw, ok := d.keys.Verify("page", token)
	holder := d.keys.MAC("page holder", []byte(device))
	if !ok || len(raw) != 32 || [4]byte(raw[20:24]) != content.QuestionnaireTag(q.ID) || [8]byte(raw[24:]) != [8]byte(holder[:8]) {
		return Page{}, false
	}
	return Page{SubmissionID(raw[:16]), time.Unix(int64(binary.BigEndian.Uint32(raw[16:])), 0)}, true
}
