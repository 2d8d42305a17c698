// Package dedup makes the rows by which both engines know who has answered. A
// row tells nothing to who cannot derive the pseudonym it is for, and reads the
// same in every engine, so that rows can be moved from one to another.
package dedup

import (
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"

	"jindu/internal/respondent"
	"jindu/survey"
)

// Sizes in bytes of what a row holds.
const (
	WhoSize   = 16
	FirstSize = len(survey.SubmissionID{}) + 8
)

// Mask is a hash of a pseudonym. Its first part names the row, the rest hides
// what the row holds. It hides one row only, so plain XOR is enough.
type Mask [sha512.Size]byte

// NewMask for a respondent of a survey.
func NewMask(id string, who respondent.Pseudonym) (m Mask) {
	h := sha512.New()
	fmt.Fprintf(h, "jindu dedup %d %s", len(id), id)
	h.Write(who[:])
	h.Sum(m[:0])
	return m
}

// Who names the row, in WhoSize bytes.
func (m *Mask) Who() []byte { return m[:WhoSize] }

// Hide gives what the row holds, in FirstSize bytes: the submission id and time
// (to the second) of the response that counts, masked.
func (m *Mask) Hide(id survey.SubmissionID, at time.Time) []byte {
	first := binary.BigEndian.AppendUint64(id[:len(id):len(id)], uint64(at.Unix()))
	subtle.XORBytes(first, first, m[WhoSize:])
	return first
}

// Reveal reads what Hide made.
func (m *Mask) Reveal(first []byte) (id survey.SubmissionID, at time.Time, err error) {
	if len(first) != FirstSize {
		return id, at, fmt.Errorf("dedup row of %d bytes", len(first))
	}
	plain := make([]byte, FirstSize)
	subtle.XORBytes(plain, first, m[WhoSize:])
	n := copy(id[:], plain)
	return id, time.Unix(int64(binary.BigEndian.Uint64(plain[n:])), 0), nil
}
