package survey

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jindu/content"
	"jindu/internal/respondent"
)

func testKeys(t testing.TB) *respondent.Keys {
	t.Helper()
	keys, err := respondent.NewKeys([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func day(s string) content.Date {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return content.Date{Time: at}
}

// sampleTickets are one of each kind.
func sampleTickets(t testing.TB) []Ticket {
	lib, q := defaultContent(t)
	var all []Ticket
	for _, code := range []string{"460107", longtang, longtang + "001"} {
		for _, point := range []string{"", "市场门口", strings.Repeat("点", MaxPoint/3)} {
			ticket, err := NewTicket(q, lib.Places[code], point)
			if err != nil {
				t.Fatal(err)
			}
			plain := ticket
			ticket.Until = day("2026-12-31")
			dated := ticket
			ticket.Assisted = true
			assisted := ticket
			ticket.Assisted, ticket.Preview = false, true
			all = append(all, plain, dated, assisted, ticket)
		}
	}
	return all
}

func TestTicketRoundTrip(t *testing.T) {
	keys := testKeys(t)
	lib, q := defaultContent(t)
	for _, ticket := range sampleTickets(t) {
		s := ticket.Encode(keys)
		got, err := DecodeTicket(keys, s)
		if err != nil || got != ticket {
			t.Errorf("%+v comes back as %+v, %v", ticket, got, err)
		}
		if got.Questionnaire(lib) != q {
			t.Error("the ticket leads to another questionnaire")
		}
	}
	if n := len(Ticket{Tag: content.QuestionnaireTag(q.ID), Place: "460107"}.Encode(keys)); n != 27 {
		t.Errorf("a county's ticket has %d characters", n)
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\r.中"

// Any one character changed, dropped or added is refused.
func TestTicketTampering(t *testing.T) {
	keys := testKeys(t)
	refused := func(s string) {
		t.Helper()
		if got, err := DecodeTicket(keys, s); !errors.Is(err, ErrTicket) {
			t.Fatalf("%q is accepted as %+v", s, got)
		}
	}
	for _, ticket := range sampleTickets(t) {
		s := ticket.Encode(keys)
		for i := range s {
			for _, r := range alphabet {
				if changed := s[:i] + string(r) + s[i+1:]; changed != s {
					refused(changed)
				}
				refused(s[:i] + string(r) + s[i:])
			}
			refused(s[:i] + s[i+1:])
			refused(s[:i])
		}
		refused(s + "=")
		refused(s + "\n")
	}
	other, err := respondent.NewKeys([]byte(strings.Repeat("t", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeTicket(other, sampleTickets(t)[0].Encode(keys)); !errors.Is(err, ErrTicket) {
		t.Error("another server's ticket is accepted")
	}
}

func FuzzTicket(f *testing.F) {
	keys := testKeys(f)
	f.Add("")
	f.Add(strings.Repeat("A", 27))
	for _, ticket := range sampleTickets(f) {
		s := ticket.Encode(keys)
		f.Add(s)
		f.Add(s[:len(s)-1] + "_")
	}
	f.Fuzz(func(t *testing.T, s string) {
		ticket, err := DecodeTicket(keys, s)
		if err == nil && ticket.Encode(keys) != s {
			t.Fatalf("%q has another spelling", s)
		}
	})
}

func TestNewTicketRefuses(t *testing.T) {
	lib, q := defaultContent(t)
	if _, err := NewTicket(q, lib.Places[longtang], strings.Repeat("点", MaxPoint/3)+"x"); !errors.Is(err, ErrPoint) {
		t.Errorf("a long point: %v", err)
	}
	if _, err := NewTicket(q, lib.Places[longtang], "\xff"); !errors.Is(err, ErrPoint) {
		t.Errorf("a broken point: %v", err)
	}
	if _, err := NewTicket(q, lib.Places["460108101"], ""); !errors.Is(err, ErrPlace) {
		t.Errorf("another county: %v", err)
	}
	if ticket, err := NewTicket(q, lib.Places[longtang], "  市场 \n 门口 "); err != nil || ticket.Point != "市场 门口" {
		t.Errorf("%q, %v", ticket.Point, err)
	}
}

// The last day ends at midnight in China, not in London.
func TestTicketExpires(t *testing.T) {
	ticket := Ticket{Until: day("2026-12-31")}
	for at, want := range map[string]bool{
		"2026-12-31T15:59:59Z": false, "2026-12-31T16:00:00Z": true, "2026-12-30T20:00:00Z": false, "2027-03-01T00:00:00Z": true,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if ticket.Expired(now) != want {
			t.Errorf("expired at %s: %v", at, !want)
		}
	}
	if (Ticket{}).Expired(time.Now()) {
		t.Error("a ticket without an end has expired")
	}
}
