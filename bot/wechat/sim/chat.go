package sim

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

// Bounds on what is kept, all in memory.
const (
	maxChats   = 200
	maxBubbles = 200
)

// chats holds a conversation for each browser; the one that was idle longest
// gives way to a new one.
type chats struct {
	now func() time.Time

	mu   sync.Mutex
	byID map[string]*chat
}

// chat is one browser's conversation.
type chat struct {
	id       string
	follower string // open id
	used     time.Time

	mu      sync.Mutex
	bubbles []bubble
	now     state
}

// state of a conversation.
type state struct {
	Following bool
	Plain     bool // the account is not verified: no menu, nothing outside of replies
}

func newChats(now func() time.Time) *chats { return &chats{now: now, byID: map[string]*chat{}} }

func (c *chats) get(id string) *chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.byID[id]
	if found != nil {
		found.used = c.now()
	}
	return found
}

// of gives the conversation of a follower, or nil.
func (c *chats) of(follower string) *chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, found := range c.byID {
		if found.follower == follower {
			return found
		}
	}
	return nil
}

func (c *chats) open() (id string, opened *chat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byID) >= maxChats {
		var idle *chat
		for _, other := range c.byID {
			if idle == nil || other.used.Before(idle.used) {
				idle = other
			}
		}
		delete(c.byID, idle.id)
	}
	opened = &chat{id: rand.Text(), follower: "oSim" + rand.Text()[:24], used: c.now()}
	c.byID[opened.id] = opened
	return opened.id, opened
}

func (c *chats) drop(gone *chat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, gone.id)
}

func (c *chat) add(b bubble) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bubbles = append(c.bubbles, b)
	if over := len(c.bubbles) - maxBubbles; over > 0 {
		c.bubbles = slices.Delete(c.bubbles, 0, over)
	}
}

// follow notes whether the person follows now. Whoever writes does.
func (c *chat) follow(s sent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Following = s.following >= 0
}

// turn makes the account a verified one, or one that is not.
func (c *chat) turn(plain bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Plain = plain
}

func (c *chat) state() ([]bubble, state) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.bubbles), c.now
}
