// Package bot answers one message with one reply; it knows the conversation and
// nothing of HTTP, XML or storage engines.
package bot

import (
	"log/slog"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/respondent"
)

// OpenID is WeChat's id of a follower. It lives only while its message is
// answered, and hides itself from logs.
type OpenID string

// LogValue keeps the id out of logs.
func (OpenID) LogValue() slog.Value { return slog.StringValue("[openid]") }

// MessageKind is what came in.
type MessageKind string

// Kinds of message. Other is every type that has no answer of its own.
const (
	Text        MessageKind = "text"
	Subscribe   MessageKind = "subscribe"
	Unsubscribe MessageKind = "unsubscribe"
	Scan        MessageKind = "scan"  // of a scene code; Text is the scene
	Click       MessageKind = "click" // on a menu button; Text is its key
	Location    MessageKind = "location"
	Voice       MessageKind = "voice"
	Image       MessageKind = "image"
	Silent      MessageKind = "silent" // an event that wants no answer
	Other       MessageKind = "other"
)

// Message is one thing a person sent, checked at the door.
type Message struct {
	Kind   MessageKind
	Text   string // what was typed or tapped; for a subscribe by scene code, the scene
	MenuID string // of a tapped choice; "" when typed
	From   OpenID // "" outside WeChat
	Who    respondent.Pseudonym
	Key    quiz.MessageKey
	At     time.Time // when the person sent it
}

// Outcome says how a message was answered.
type Outcome string

// Outcomes, as `jindu ask --json` prints them.
const (
	Answered Outcome = "answer"
	Choices  Outcome = "choices"
	Unknown  Outcome = "unknown"
	Crisis   Outcome = "crisis"
	Refused  Outcome = "refused"
	Command  Outcome = "command"
)

// Reply is what the person gets: a text, links, and choices to tap. An empty
// Reply means that nothing is said. Where News can be shown it stands for all of
// them, and they say the same where it cannot. Picture is best shown before them,
// and they lead to it where it cannot be; shown, it stands for News.
type Reply struct {
	Picture string // id of one of the content's pictures; "" for most
	News    *News  // nil for most
	Text    string
	Links   []Link
	Choices []Choice
	Topic   string // id of the entry that answered, if one did
	Outcome Outcome
}

// News is a card with a picture that leads to a page.
type News struct {
	Title       string
	Description string
	Picture     string // address of the image
	URL         string // of the page
}

// Link is a web address with the words to tap.
type Link struct {
	Label string
	URL   string
}

// Choice is a next step: tapping it sends Send as if it were typed, with ID as
// its menu id. Typing Send must work as well.
type Choice struct {
	Label string
	Send  string
	ID    string
}

// Empty says that the reply holds nothing to say.
func (r Reply) Empty() bool { return r.Text == "" && len(r.Links) == 0 && len(r.Choices) == 0 }
