package wechat

import (
	"sync"

	"jindu/internal/respondent"
)

const (
	// Of all places a follower may have this part, and at least leastShare. Nobody
	// who taps and types comes near it.
	shares     = 8
	leastShare = 4
)

// places are for the messages whose replies wait for the store or for WeChat. A store
// that hangs fills them, so what needs neither takes none.
type places struct {
	all, each int

	mu    sync.Mutex
	taken int
	by    map[respondent.Pseudonym]int
}

func newPlaces(all int) *places {
	return &places{all: all, each: max(leastShare, all/shares), by: map[respondent.Pseudonym]int{}}
}

// take a place; ok is false when there is none, or none for this follower.
func (p *places) take(who respondent.Pseudonym) (ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.all || p.by[who] >= p.each {
		return false
	}
	p.taken++
	p.by[who]++
	return true
}

func (p *places) give(who respondent.Pseudonym) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if p.by[who]--; p.by[who] == 0 {
		delete(p.by, who)
	}
}

// n is how many are taken.
func (p *places) n() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}
