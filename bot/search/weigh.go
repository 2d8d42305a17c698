package search

import (
	"cmp"
	"slices"

	"jindu/content"
)

// How the kind of an entry weighs against what the question asks for.
const (
	namedDrug    = 1.4  // the substance that the question names, when it asks for nothing else
	slangLaw     = 0.6  // a substance of which only slang speaks, when the law is asked for
	titledLaw    = 1.15 // an article whose title names the substance
	sameCounty   = 1.4  // a station of the county that a named township lies in
	otherCounty  = 0.5  // a station of another county than that of the township named
	namedScore   = 0.56 // at least, of a substance that the question names and asks about
	otherDrug    = 0.5  // a substance that it does not name, though it names one
	wanted       = 1.03 // help, where the question asks what to do; law, where it asks for that
	unwanted     = 0.82
	looksShare   = 0.9 // of what the entry covers, for a question that describes a substance
	looksPresent = 0.65
	linkedBonus  = 0.07 // for the entry that most others refer to, less for the others
)

// rank ranks the entries and then weighs what kind of answer the words ask for.
func (ix *Index) rank(q analysis) []candidate {
	found := ix.ranker.rank(q, candidateSet)
	named := slices.ContainsFunc(q.mentions, func(m mention) bool { return !ix.analyzer.names.list[m.name].slang })
	for i := range found {
		c := &found[i]
		c.score *= 1 + linkedBonus*ix.linked[c.entry]
		kind := ix.entries[c.entry].Kind
		if named && q.facets&about != 0 && q.facets&(law|help|resemble) == 0 && (kind == content.Help || (kind == content.Law && q.facets&act == 0)) {
			c.score *= otherDrug
		}
		switch kind {
		case content.Drug:
			if describes(q) && c.present >= looksPresent {
				c.score = max(c.score, looksShare*(c.cover+c.present)/2)
			}
			if !named && len(q.mentions) > 0 && q.facets&law != 0 {
				c.score *= slangLaw
			}
			c.score *= weigh(q.facets, about, law|help)
			switch {
			case q.facets&resemble != 0:
			case ix.aboutNamed(q, c.entry):
				c.score = max(c.score, namedScore) * namedDrug
			case len(q.mentions) > 0 && !ix.names(q, c.entry):
				c.score *= otherDrug
			}
		case content.Help:
			c.score *= weigh(q.facets, help, law)
			if place := ix.entries[c.entry].Place; q.county != "" && place != "" {
				if place == q.county {
					c.score *= sameCounty
				} else {
					c.score *= otherCounty
				}
			}
		case content.Law:
			c.score *= weigh(q.facets, law, help)
			if slices.ContainsFunc(ix.titled[c.entry], func(e int32) bool { return ix.names(q, e) }) {
				c.score *= titledLaw
			}
		}
		c.score = c.worth()
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return found
}

// names says that the question names the substance of the entry.
func (ix *Index) names(q analysis, entry int32) bool {
	return slices.ContainsFunc(q.mentions, func(m mention) bool {
		return slices.Contains(ix.analyzer.names.list[m.name].entries, entry)
	})
}

// aboutNamed says that the question names the entry's substance and asks for
// neither law nor help, nor only for what somebody did.
func (ix *Index) aboutNamed(q analysis, entry int32) bool {
	if q.amount {
		return false
	}
	asksMore := law | help | resemble
	if q.facets&about == 0 || q.facets&act == 0 {
		asksMore |= deed
	}
	return q.facets&asksMore == 0 && ix.names(q, entry)
}

// describes says that the question tells what a substance looks like or does, and
// asks for its name.
func describes(q analysis) bool {
	return q.facets&resemble != 0 || (len(q.mentions) == 0 && q.facets&about != 0 && q.facets&(law|deed|help) == 0)
}

// weigh compares what a kind of entry gives with what the question asks for.
func weigh(asked, gives, other facet) float32 {
	switch {
	case asked&gives != 0 && asked&other == 0:
		return wanted
	case asked&gives == 0 && asked&other != 0:
		return unwanted
	}
	return 1
}
