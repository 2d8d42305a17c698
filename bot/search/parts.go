package search

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"jindu/content"
)

// parts are the terms of one entry: of all its fields, each weight times the
// field's, and of each phrase.
type parts struct {
	fields  []term
	phrases []analysis
	sayings sayings
}

// split takes the entries apart on all processors.
func split(entries []*content.Entry, a *analyzer) []parts {
	all := make([]parts, len(entries))
	var next atomic.Int32
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(entries); i = next.Add(1) - 1 {
				all[i] = partsOf(entries[i], a)
			}
		})
	}
	work.Wait()
	return all
}

func partsOf(e *content.Entry, a *analyzer) parts {
	length := 0 // bytes; a character has three
	for _, s := range e.Body {
		length += len(s.Text)
	}
	for _, s := range e.Questions {
		length += 3 * len(s) // with its single characters and groups
	}
	p := parts{fields: make([]term, 0, length/2)}
	p.sayings.features = make([]term, 0, length/2)
	field := func(terms []term, weight float32) {
		for _, t := range terms {
			p.fields = append(p.fields, term{t.key, t.weight * weight})
		}
	}
	phrase := func(s string, weight float32) {
		if parts := a.analyze(fold(s).runes); len(parts.terms) > 0 {
			field(parts.terms, weight)
			p.phrases = append(p.phrases, parts)
			p.sayings.add(parts, 1)
		}
	}
	phrase(e.Title, titleWeight)
	for _, s := range slices.Concat(e.Aliases, e.Ambiguous) {
		phrase(s, aliasWeight)
	}
	for _, s := range e.Questions {
		phrase(s, questionWeight)
	}
	room := make([]term, 0, maxRunes)
	for _, s := range e.Body {
		field(a.split(fold(s.Heading).runes, room).terms, headingWeight)
		for text := s.Text; text != ""; { // fold reads only so much at once
			piece := cut(text, maxRunes)
			text = text[len(piece):]
			for _, clause := range fold(piece).clauses() {
				parts := a.split(clause, room)
				field(parts.terms, bodyWeight)
				p.sayings.add(parts, clauseShare)
			}
		}
	}
	return p
}
