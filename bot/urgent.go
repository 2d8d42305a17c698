package bot

import (
	"jindu/bot/search"
	"jindu/content"
)

// Urgent gives the reply that Answer has for a text that tells of an emergency, asks
// for help with a crime or reports somebody, for who writes it elsewhere than in the
// chat; for any other text nil. It keeps nothing and asks nothing of the store.
func (b *Bot) Urgent(text string) *content.Reply {
	e := b.edition.Load()
	if e == nil {
		return nil
	}
	if _, ok := e.titled(text); ok || e.commandOf(text).byName() {
		return nil
	}
	danger, unsafe := e.index.Safety(text)
	if !unsafe {
		return nil
	}
	return e.lib.Replies[e.urgent(danger)]
}

// urgent names the reply to what search recognised: for an emergency the one of its
// kind, where there is one.
func (e *edition) urgent(r search.Result) string {
	switch r.Outcome {
	case search.Refused:
		return "refused"
	case search.Tip:
		return "tip"
	}
	if id := "crisis-" + r.Crisis; e.lib.Replies[id] != nil {
		return id
	}
	return "crisis"
}
