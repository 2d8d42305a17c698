package bot

import (
	"maps"
	"slices"

	"jindu/bot/search"
	"jindu/content"
)

// edition is one loaded content and what is built from it, ready to answer. It
// never changes; a reload makes another.
type edition struct {
	lib     *content.Library
	site    Site // nil: the content is not on the web
	index   *search.Index
	titles  map[string]*content.Entry // by folded title
	sends   map[string]string         // what to type for an entry, by its id
	pages   map[string][]Reply        // an entry's answer, by its id
	wording map[string][]Reply        // the official wording of what a law entry explains, by its id
	options map[string]bool           // folded text of every option of every quiz question
	places  map[string][]*content.Place
	shorts  map[string][]*content.Place // townships and counties without 镇, 街道, 区
}

func newEdition(lib *content.Library, site Site) *edition {
	e := &edition{
		lib: lib, site: site, index: search.New(lib),
		titles: map[string]*content.Entry{}, sends: map[string]string{}, pages: map[string][]Reply{}, wording: map[string][]Reply{},
		options: map[string]bool{}, places: map[string][]*content.Place{}, shorts: map[string][]*content.Place{},
	}
	for _, bank := range lib.Quizzes {
		for _, q := range slices.Concat(bank.Questions, bank.Multiple) {
			for _, o := range q.Options {
				e.options[fold(o)] = true
			}
		}
	}
	e.namePlaces()
	ids := slices.Sorted(maps.Keys(lib.Entries))
	for _, id := range ids {
		e.titles[fold(lib.Entries[id].Title)] = lib.Entries[id]
	}
	for _, id := range ids {
		e.sends[id] = e.sendFor(lib.Entries[id])
	}
	for _, id := range ids {
		e.pages[id] = e.pagesOf(lib.Entries[id])
		if texts := lib.Wording(lib.Entries[id]); texts != nil {
			e.wording[id] = e.wordingOf(lib.Entries[id], texts)
		}
	}
	return e
}

// readVerb before a title asks for that entry and nothing else.
const readVerb = "看"

// sendFor gives the words that lead to the entry: its title, unless those words
// are taken for something else, as a title that tells of an emergency is.
func (e *edition) sendFor(entry *content.Entry) string {
	if _, taken := e.index.Safety(entry.Title); !taken && e.commandOf(entry.Title) == nil && !isToken(fold(entry.Title)) {
		if found, ok := e.index.Exact(entry.Title); ok && found.Outcome == search.Answer && len(found.Topics) == 1 && found.Topics[0] == entry.ID {
			return entry.Title
		}
	}
	return readVerb + " " + entry.Title
}

// choice leads to an entry.
func (e *edition) choice(entry *content.Entry) Choice {
	return Choice{Label: entry.Title, Send: e.sends[entry.ID], ID: plainID}
}

// plainID is the menu id of choices that need none.
const plainID = "go"

// say is a choice that reads as what it sends.
func say(text string) Choice { return Choice{Label: text, Send: text, ID: plainID} }

// reply gives a reply of the content folder; pairs fill its placeholders.
func (e *edition) reply(id string, outcome Outcome, pairs ...string) Reply {
	r := e.lib.Replies[id]
	reply := Reply{Text: bullets(r.Fill(pairs...)), Outcome: outcome}
	for _, c := range r.Choices {
		if entry := e.lib.Entries[c]; entry != nil {
			reply.Choices = append(reply.Choices, e.choice(entry))
		} else {
			reply.Choices = append(reply.Choices, say(c))
		}
	}
	return reply
}

// text of a reply, for one that is a part of another.
func (e *edition) text(id string, pairs ...string) string { return e.lib.Replies[id].Fill(pairs...) }
