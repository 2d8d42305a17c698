package survey

import (
	"context"
	"errors"
	"time"

	"jindu/internal/respondent"
)

// Errors of a Store. A caller tells them apart with errors.Is.
var (
	// ErrUnavailable: the store could not be reached; the write was surely not applied.
	ErrUnavailable = errors.New("store unavailable")
	// ErrUnknown: the write may have been applied; retry with the same submission id.
	ErrUnknown = errors.New("store outcome unknown")
	// ErrClosed: the survey was closed for good; its key and dedup are gone.
	ErrClosed = errors.New("survey closed for good")
	// ErrFrozen: the survey has answers under another fingerprint.
	ErrFrozen = errors.New("survey is frozen under another fingerprint")
)

// Outcome says what Submit found.
type Outcome int

// Accepted is a first answer, Replayed the same submission again, Duplicate
// another submission of a respondent who has answered.
const (
	Accepted Outcome = iota + 1
	Replayed
	Duplicate
)

// Result of Submit. FirstID and At are those of the response that counts.
type Result struct {
	Outcome Outcome
	FirstID SubmissionID
	At      time.Time // to the second
}

// State of a survey in the store.
type State struct {
	Key         []byte // 32 random bytes, made when first asked for; nil once closed for good
	Fingerprint string // of the questionnaire of the first response; "" before it
	Closed      bool   // closed for good
}

// Store keeps responses. Every method is safe for use by many goroutines.
type Store interface {
	// State of a survey; its random key is made on the first call.
	State(ctx context.Context, survey string) (State, error)
	// Submit adds dedup, log entry and tallies of one response in one atomic
	// step. A nil error means that it is durable.
	Submit(ctx context.Context, r *Response) (Result, error)
	// Find gives the response of a respondent that counts, as a Duplicate, and says
	// whether there is one. Of a survey that was closed for good nobody can tell
	// (ErrClosed).
	Find(ctx context.Context, survey string, who respondent.Pseudonym) (Result, bool, error)
	// Tally sums the counts by place at the filter's level.
	Tally(ctx context.Context, survey string, f Filter) (Tally, error)
	// Log calls fn for every log entry after the cursor, in order, until fn fails.
	Log(ctx context.Context, survey string, after Cursor, fn func(LogEntry) error) error
	// Respondents counts the rows of the dedup table.
	Respondents(ctx context.Context, survey string) (int64, error)
	// Watch tells which townships changed. It is lossy and coalesced: a slow
	// reader finds one notice with all of them. It ends with ctx.
	Watch(ctx context.Context, survey string) (<-chan Dirty, error)
	// Claim gives the owner of a claim: the first to ask, until it expires.
	Claim(ctx context.Context, claim, owner [16]byte, until time.Time) ([16]byte, error)
	// Forget closes a survey for good: its key and its dedup table are destroyed,
	// and no one can tell any more who answered.
	Forget(ctx context.Context, survey string) error
	// Check says whether the store can serve.
	Check(ctx context.Context) (Health, error)
}

// Level is how finely a tally is broken down.
type Level string

// Levels of a tally. ByPoint is by place and collection point.
const (
	ByTownship Level = "township"
	ByVillage  Level = "village"
	ByPoint    Level = "point"
)

// Filter of Tally. Townships empty means all.
type Filter struct {
	Level     Level
	Townships []string
}

// Tally is counts by place. Rows are ordered by place, then point.
type Tally struct {
	Rows []Row
}

// Row holds the counts of one place. Place is a township's or unit's code
// (9 digits) at ByTownship, and the code the response was collected under at the
// other levels; Point is set at ByPoint only.
type Row struct {
	Place  string
	Point  string
	Counts map[string]int64 // cell → count, as made by Cells
}

// Cursor is a position in the log of a survey; "" is before its first entry.
type Cursor string

// LogEntry is one response in the log. It carries no pseudonym and no submission
// id, and its time is rounded down to the minute. Until the survey is closed for
// good, who has the server's secret, the survey's key and a person's id together
// finds when that person answered, and what when nobody else did in that minute.
type LogEntry struct {
	Cursor  Cursor
	Version int
	Tier    string
	Place   string
	Point   string
	Marks   []string
	Answers []Answer
	At      time.Time
}

// Dirty names the townships whose counts changed.
type Dirty struct {
	Townships []string
}

// Health of a store, for readyz and the office page.
type Health struct {
	Engine     string // "sqlite" or "redis"
	Version    string
	Durability string // what an acknowledged response survives, in a few Chinese words
	Weak       bool   // an acknowledged response may be lost
	Warning    string // what to mend before it fails, in Chinese; "" when there is nothing
}

// SubmissionID is minted with a page, before its first post.
type SubmissionID [16]byte

// Answer to one question: option ids, or a text.
type Answer struct {
	Question string   `json:"q"`
	Options  []string `json:"o,omitempty"`
	Text     string   `json:"t,omitempty"`
}

// Response is one person's valid answers to one questionnaire, ready to be stored.
type Response struct {
	Survey      string
	Version     int
	Fingerprint string
	ID          SubmissionID
	Respondent  respondent.Pseudonym
	Tier        string
	Place       string // township, unit or village code where it was collected
	Point       string
	Marks       []string // e.g. MarkFast: shown to the office, counted all the same
	Answers     []Answer
	At          time.Time
	Cells       []Cell // what to add to the tally, as made by Cells
}

// Cell is an amount to add to one count.
type Cell struct {
	Name string
	N    int64
}

// TownshipCode is the township's or unit's code of a place code.
func TownshipCode(place string) string {
	if len(place) > 9 {
		return place[:9]
	}
	return place
}
