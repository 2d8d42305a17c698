// Package quiztest has a quiz.Store in memory, for tests.
package quiztest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/respondent"
)

// Memory is a Store that forgets when the test ends.
type Memory struct {
	Now func() time.Time // nil: time.Now

	mu       sync.Mutex
	down     error
	attempts map[respondent.Pseudonym]attempt
	replies  map[quiz.MessageKey]reply
	version  int64
	loads    int
}

type attempt struct {
	quiz.Saved
	until time.Time
}

type reply struct {
	text  []byte
	until time.Time
}

// SetDown makes every call fail with err, until it is nil again.
func (m *Memory) SetDown(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}

// Loads counts how often state was asked for.
func (m *Memory) Loads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.loads
}

func (m *Memory) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

// Load gives what Save kept.
func (m *Memory) Load(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey) (quiz.Saved, []byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loads++
	if m.down != nil {
		return quiz.Saved{}, nil, false, m.down
	}
	var saved quiz.Saved
	if a, ok := m.attempts[who]; ok && m.now().Before(a.until) {
		saved = quiz.Saved{State: bytes.Clone(a.State), Version: a.Version}
	}
	r, found := m.replies[msg]
	if found = found && m.now().Before(r.until); !found {
		return saved, nil, false, nil
	}
	return saved, bytes.Clone(r.text), true, nil
}

// Save keeps state and reply, or fails with ErrConflict.
func (m *Memory) Save(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey, version int64, state []byte, stateUntil time.Time, text []byte, replyUntil time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return m.down
	}
	if m.attempts == nil {
		m.attempts, m.replies = map[respondent.Pseudonym]attempt{}, map[quiz.MessageKey]reply{}
	}
	var current int64
	if a, ok := m.attempts[who]; ok && m.now().Before(a.until) {
		current = a.Version
	}
	if r, ok := m.replies[msg]; current != version || (ok && m.now().Before(r.until)) {
		return quiz.ErrConflict
	}
	delete(m.attempts, who)
	if state != nil {
		m.version++
		m.attempts[who] = attempt{quiz.Saved{State: bytes.Clone(state), Version: m.version}, stateUntil}
	}
	m.replies[msg] = reply{bytes.Clone(text), replyUntil}
	return nil
}
