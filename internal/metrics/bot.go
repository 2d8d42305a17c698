package metrics

import (
	"context"

	"jindu/bot"
)

// answerer is what the callback asks.
type answerer interface {
	Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error))
}

// Bot counts the replies of a bot.
func (m *Metrics) Bot(next answerer) *Counted { return &Counted{next, m} }

// Counted is a bot whose replies are counted.
type Counted struct {
	next answerer
	m    *Metrics
}

// Begin asks the bot and counts the outcome, when there is one: that of what is said
// in place of a reply that could not be asked for is not.
func (c *Counted) Begin(message bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	reply, later := c.next.Begin(message)
	if later == nil {
		c.count(message, reply, nil)
		return reply, nil
	}
	return reply, func(ctx context.Context) (bot.Reply, error) {
		reply, err := later(ctx)
		c.count(message, reply, err)
		return reply, err
	}
}

func (c *Counted) count(message bot.Message, reply bot.Reply, err error) {
	outcome := string(reply.Outcome)
	switch {
	case err != nil:
		outcome = "failed"
	case outcome == "":
		outcome = "silent"
	}
	c.m.bot.WithLabelValues(string(message.Kind), outcome).Inc()
}
