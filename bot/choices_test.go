package bot

import (
	"reflect"
	"strings"
	"testing"
)

// Every next step that any reply offers leads somewhere, and typing it leads to
// the same place as tapping it.
func TestEveryChoiceTypedIsAsTapped(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	seen := map[Choice]string{}
	var queue []Choice
	offer := func(r Reply, from string) {
		if len(r.Choices)+len(r.Links) == 0 {
			t.Errorf("%s has no next step", from)
		}
		for _, c := range r.Choices {
			if c.ID != plainID {
				continue // of the running quiz: its own test
			}
			if _, known := seen[c]; !known {
				seen[c] = from
				queue = append(queue, c)
			}
		}
	}
	for id := range e.lib.Replies {
		if len(e.lib.Replies[id].Choices) > 0 {
			offer(e.reply(id, Command), id)
		}
	}
	offer(f.answer(f.message(Location, "", "")), "location")
	for id, pages := range e.pages {
		offer(Reply{Choices: []Choice{e.choice(e.lib.Entries[id])}}, "the shelf")
		for _, page := range pages {
			offer(page, id)
		}
	}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		f.say("退出") // a quiz that was started must not claim what follows
		typed := f.say(c.Send)
		f.say("退出")
		tapped := f.tap(c)
		if strings.HasPrefix(c.Send, "答题") { // the second one asks other questions
			f.expect(typed, "第 1 题")
			f.expect(tapped, "第 1 题")
		} else if !reflect.DeepEqual(typed, tapped) {
			t.Errorf("%q of %s: typed %.60q, tapped %.60q", c.Send, seen[c], typed.Text, tapped.Text)
		}
		if typed.Outcome == Unknown || typed.Outcome == Crisis || typed.Outcome == Refused {
			t.Errorf("%q of %s leads to %s", c.Send, seen[c], typed.Outcome)
		}
		offer(typed, c.Send)
	}
	for id, entry := range e.lib.Entries {
		if r := f.tap(e.choice(entry)); r.Topic != id {
			t.Errorf("%q leads to %q, not to %s", e.sends[id], r.Topic, id)
		}
	}
	t.Logf("%d choices", len(seen))
}
