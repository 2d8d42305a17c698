package backup

import (
	"context"
	"fmt"

	"jindu/internal/dedup"
	"jindu/survey"
)

// Record is one thing that a store keeps; one of its fields is set. Respondents,
// entries and counts belong to the survey before them.
type Record struct {
	Survey     *Survey     `json:"survey,omitempty"`
	Respondent *Respondent `json:"respondent,omitempty"`
	Entry      *Entry      `json:"entry,omitempty"`
	Count      *Count      `json:"count,omitempty"`
	Claim      *Claim      `json:"claim,omitempty"`
	Attempt    *Attempt    `json:"attempt,omitempty"`
	Reply      *Reply      `json:"reply,omitempty"`
	Account    *Account    `json:"account,omitempty"`
}

// Survey is the state of a survey. One that was closed for good has no key and
// no respondents.
type Survey struct {
	ID          string `json:"id"`
	Key         []byte `json:"key,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Closed      int64  `json:"closed,omitempty"` // unix seconds
}

// Respondent is one row of the dedup table, as package dedup makes it.
type Respondent struct {
	Who   []byte `json:"who"`
	First []byte `json:"first"`
}

// Entry is one entry of the log. The order of entries is that of the log.
type Entry struct {
	Version int             `json:"version"`
	Tier    string          `json:"tier"`
	Place   string          `json:"place"`
	Point   string          `json:"point,omitempty"`
	Marks   []string        `json:"marks,omitempty"`
	Answers []survey.Answer `json:"answers,omitempty"`
	Minute  int64           `json:"minute"` // minutes since 1970
}

// Count is one count of the tally.
type Count struct {
	Place string `json:"place"`
	Point string `json:"point,omitempty"`
	Cell  string `json:"cell"`
	N     int64  `json:"n"`
}

// Claim says whose a personal link is. Until is in unix milliseconds.
type Claim struct {
	Claim []byte `json:"claim"`
	Owner []byte `json:"owner"`
	Until int64  `json:"until"`
}

// Attempt is a respondent's running quiz. Until is in unix milliseconds.
type Attempt struct {
	Who     []byte `json:"who"`
	Version int64  `json:"version"`
	State   []byte `json:"state"`
	Until   int64  `json:"until"`
}

// Reply is the reply to a message that moved an attempt. Until is in unix milliseconds.
type Reply struct {
	Who     []byte `json:"who"`
	Message []byte `json:"message"`
	Reply   []byte `json:"reply"`
	Until   int64  `json:"until"`
}

// Account is an office account. Created is in unix seconds.
type Account struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Place   string `json:"place,omitempty"`
	Hash    string `json:"hash"`
	Created int64  `json:"created"`
}

// Source is a store that can be backed up, beside servers that use it.
type Source interface {
	// Size is about how many records Dump gives, for a progress bar.
	Size(ctx context.Context) (int64, error)
	// Dump gives every record. Those of one survey are as they were at one
	// moment, for each of the parts that the engine keeps it in.
	Dump(ctx context.Context, put func(Record) error) error
}

// Target is an empty store that takes in an archive. No server can use it before
// Commit; after Abort it is empty again.
type Target interface {
	Put(ctx context.Context, r Record) error
	// Count what is there of a survey after all was put.
	Count(ctx context.Context, survey string) (Counts, error)
	Commit(ctx context.Context) error
	Abort(ctx context.Context) error
}

// idSize is that of pseudonyms, claims and messages.
const idSize = 16

// kind of a record, or an error when an engine could not take it in.
func (r Record) kind() (kind string, err error) {
	sized := func(name string, b []byte, size int) {
		if len(b) != size && err == nil {
			err = fmt.Errorf("%s: %s of %d bytes, want %d", kind, name, len(b), size)
		}
	}
	switch {
	case r.Survey != nil:
		kind = "survey"
		if r.Survey.Closed == 0 {
			sized("key", r.Survey.Key, 32)
		} else {
			sized("key", r.Survey.Key, 0)
		}
	case r.Respondent != nil:
		kind = "respondent"
		sized("who", r.Respondent.Who, dedup.WhoSize)
		sized("first", r.Respondent.First, dedup.FirstSize)
	case r.Entry != nil:
		kind = "entry"
	case r.Count != nil:
		kind = "count"
	case r.Claim != nil:
		kind = "claim"
		sized("claim", r.Claim.Claim, idSize)
		sized("owner", r.Claim.Owner, idSize)
	case r.Attempt != nil:
		kind = "attempt"
		sized("who", r.Attempt.Who, idSize)
	case r.Reply != nil:
		kind = "reply"
		sized("message", r.Reply.Message, idSize)
	case r.Account != nil:
		kind = "account"
	default:
		return "", fmt.Errorf("record of no known kind")
	}
	return kind, err
}
