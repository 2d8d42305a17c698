package dedup

import (
	"bytes"
	"testing"
	"time"

	"jindu/internal/respondent"
	"jindu/survey"
)

func TestMask(t *testing.T) {
	who, id := respondent.Pseudonym{1, 2, 3}, survey.SubmissionID{4, 5, 6}
	at := time.Date(2026, 11, 23, 10, 0, 42, 999, time.UTC)
	m := NewMask("qiongshan-2026", who)
	row := m.Hide(id, at)
	if len(m.Who()) != WhoSize || len(row) != FirstSize {
		t.Fatalf("%d and %d bytes", len(m.Who()), len(row))
	}
	gotID, gotAt, err := m.Reveal(row)
	if err != nil || gotID != id || !gotAt.Equal(at.Truncate(time.Second)) {
		t.Errorf("%x at %v, %v", gotID, gotAt, err)
	}
	if bytes.Contains(row, id[:3]) || bytes.Contains(m.Who(), who[:3]) {
		t.Error("the row shows what it hides")
	}
	if _, _, err := m.Reveal(row[1:]); err == nil {
		t.Error("a short row was read")
	}
	// Another survey, another person, and a survey's name that runs into the
	// pseudonym each have a mask of their own.
	for _, other := range []Mask{
		NewMask("meilan-2026", who), NewMask("qiongshan-2026", respondent.Pseudonym{9}), NewMask("qiongshan-2026\x01", who),
	} {
		if bytes.Equal(other.Who(), m.Who()) || bytes.Equal(other.Hide(id, at), row) {
			t.Error("two rows have one mask")
		}
	}
}
