package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"jindu/internal/respondent"
	"jindu/survey"
)

// Store measures the operations of a survey store that people wait for.
func (m *Metrics) Store(next survey.Store) survey.Store { return measured{next, m} }

type measured struct {
	survey.Store
	m *Metrics
}

// Submit counts submissions by outcome and tier.
func (s measured) Submit(ctx context.Context, r *survey.Response) (survey.Result, error) {
	start := time.Now()
	result, err := s.Store.Submit(ctx, r)
	s.done("submit", start, err)
	outcome := "failed"
	if err == nil {
		outcome = map[survey.Outcome]string{
			survey.Accepted: "accepted", survey.Replayed: "replayed", survey.Duplicate: "duplicate",
		}[result.Outcome]
	}
	s.m.submissions.WithLabelValues(outcome, r.Tier).Inc()
	return result, err
}

// Find measures looking up who has answered.
func (s measured) Find(ctx context.Context, id string, who respondent.Pseudonym) (survey.Result, bool, error) {
	start := time.Now()
	result, found, err := s.Store.Find(ctx, id, who)
	s.done("find", start, err)
	return result, found, err
}

// Tally measures reading the counts.
func (s measured) Tally(ctx context.Context, id string, f survey.Filter) (survey.Tally, error) {
	start := time.Now()
	tally, err := s.Store.Tally(ctx, id, f)
	s.done("tally", start, err)
	return tally, err
}

// Claim measures binding a personal link.
func (s measured) Claim(ctx context.Context, claim, owner [16]byte, until time.Time) ([16]byte, error) {
	start := time.Now()
	first, err := s.Store.Claim(ctx, claim, owner, until)
	s.done("claim", start, err)
	return first, err
}

func (s measured) done(operation string, start time.Time, err error) {
	s.m.store.WithLabelValues(operation).Observe(time.Since(start).Seconds())
	if err != nil {
		s.m.storeErrors.WithLabelValues(operation, errorLabel(err)).Inc()
	}
}

func errorLabel(err error) string {
	switch {
	case errors.Is(err, survey.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, survey.ErrUnknown):
		return "unknown"
	case errors.Is(err, survey.ErrClosed):
		return "closed"
	case errors.Is(err, survey.ErrFrozen):
		return "frozen"
	}
	return "other"
}

// StoreState is what the store was like when it was last looked at.
type StoreState struct {
	Ready, Durable, Lost bool
}

// SetStore notes what the store is like.
func (m *Metrics) SetStore(s StoreState) {
	set := func(g prometheus.Gauge, on bool) {
		if on {
			g.Set(1)
		} else {
			g.Set(0)
		}
	}
	set(m.storeReady, s.Ready)
	set(m.storeDurable, s.Durable)
	set(m.storeLost, s.Lost)
}
