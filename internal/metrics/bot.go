package metrics

import (
	"context"

	"jindu/bot"
)

// answerer is what the callback asks.
type answerer interface {
	Answer(ctx context.Context, m bot.Message) (bot.Reply, error)
}

// Bot counts the replies of a bot.
func (m *Metrics) Bot(next answerer) *Counted { return &Counted{next, m} }

// Counted is a bot whose replies are counted.
type Counted struct {
	next answerer
	m    *Metrics
}

// Answer asks the bot and counts the outcome.
func (c *Counted) Answer(ctx context.Context, message bot.Message) (bot.Reply, error) {
	reply, err := c.next.Answer(ctx, message)
	outcome := string(reply.Outcome)
	switch {
	case err != nil:
		outcome = "failed"
	case outcome == "":
		outcome = "silent"
	}
	c.m.bot.WithLabelValues(string(message.Kind), outcome).Inc()
	return reply, err
}
