package bot

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"jindu/bot/quiz"
	"jindu/bot/search"
	"jindu/content"
)

// Config of a Bot.
type Config struct {
	Quiz    *quiz.Master
	Surveys Surveys
	Site    Site // where replies lead to read on; nil: nowhere
	Now     func() time.Time
}

// Bot answers messages. It is safe for use by many goroutines.
type Bot struct {
	config  Config
	edition atomic.Pointer[edition]
}

// New makes a Bot; it can answer once it has a Library.
func New(c Config) *Bot { return &Bot{config: c} }

// SetLibrary makes everything that follows be answered from this content.
func (b *Bot) SetLibrary(lib *content.Library) { b.edition.Store(newEdition(lib, b.config.Site)) }

var errNoLibrary = errors.New("the bot has no content yet")

// work makes the reply to a message with the store.
type work = func(context.Context) (Reply, error)

// Begin gives the reply to a message at once where it needs nothing of the store, as
// all that is about law, drugs and help does: then later is nil. Else later gives it,
// and the reply, unless it is empty, is what may be said when later cannot be asked.
// A reply is never larger than MaxSize and must not be changed by the caller.
//
// An error of later is for the log: the store could not be asked, and the reply says
// to try again. The same message (the same Key) may be answered again: if it had its
// effect after all, that answer is found.
func (b *Bot) Begin(m Message) (r Reply, later func(context.Context) (Reply, error)) {
	e := b.edition.Load()
	if e == nil {
		return Reply{}, func(context.Context) (Reply, error) { return Reply{}, errNoLibrary }
	}
	if m.At.IsZero() {
		m.At = b.config.Now()
	}
	r, w := b.decide(e, m)
	if w == nil {
		return fit(r), nil
	}
	return fit(r), func(ctx context.Context) (Reply, error) {
		r, err := w(ctx)
		return fit(r), err
	}
}

// Answer gives the reply to a message, as Begin does, with the store where it is needed.
func (b *Bot) Answer(ctx context.Context, m Message) (Reply, error) {
	r, later := b.Begin(m)
	if later != nil {
		return later(ctx)
	}
	return r, nil
}

func (b *Bot) decide(e *edition, m Message) (Reply, work) {
	switch m.Kind {
	case Text:
		return b.text(e, m)
	case Click:
		return b.click(e, m)
	case Subscribe:
		greeting := e.reply("greeting", Command)
		if m.Text == "" {
			return greeting, nil
		}
		return greeting, func(ctx context.Context) (Reply, error) { return b.welcome(ctx, e, m), nil }
	case Scan:
		return Reply{}, func(ctx context.Context) (Reply, error) {
			if r, ok, err := b.scene(ctx, e, m); ok {
				return r, err
			}
			return e.reply("menu", Command), nil
		}
	case Unsubscribe, Silent:
		return Reply{}, nil
	case Location:
		r := e.reply("location", Command)
		var places []Choice
		for _, county := range e.surveyed() {
			places = append(places, say("满意度 "+county.Name))
		}
		r.Choices = append(places, r.Choices...)
		return r, nil
	case Voice:
		return e.reply("voice", Command), nil
	case Image:
		return e.reply("image", Command), nil
	}
	return e.reply("other", Command), nil
}

// click answers a menu button: its key is the text that it stands for.
func (b *Bot) click(e *edition, m Message) (Reply, work) {
	known := func(r Reply) Reply {
		if r.Outcome == Unknown { // a button the office made for something else
			return e.reply("menu", Command)
		}
		return r
	}
	m.Text = buttonText(m.Text)
	r, w := b.text(e, m)
	if w == nil {
		return known(r), nil
	}
	return r, func(ctx context.Context) (Reply, error) {
		r, err := w(ctx)
		if err != nil {
			return r, err
		}
		return known(r), nil
	}
}

// text answers what was typed or tapped. The order matters: help in an emergency
// comes before all, and only what may belong to a quiz asks the store.
func (b *Bot) text(e *edition, m Message) (Reply, work) {
	if r, ok := e.titled(m.Text); ok {
		return r, nil
	}
	command := e.commandOf(m.Text)
	if command.byName() { // a list or a place, whatever that sounds like
		return b.obey(e, m, command)
	}
	danger, unsafe := e.index.Safety(m.Text)
	// The option of a question that was tapped is an answer, whatever it says.
	if unsafe && danger.Outcome == search.Crisis && questionOf(m.MenuID) == "" {
		return e.found(danger), nil
	}
	folded := fold(m.Text)
	words := func() (Reply, work) {
		switch {
		case unsafe:
			return e.found(danger), nil
		case command != nil:
			return b.obey(e, m, command)
		}
		return b.words(e, m, folded)
	}
	t, ok := e.tokenOf(m.Text, folded, m.MenuID)
	if !ok {
		return words()
	}
	var instead Reply // an option's own words are as often a question
	if t.onlyWords(m.MenuID) {
		instead, _ = words()
	}
	return instead, func(ctx context.Context) (Reply, error) {
		if r, ok, err := b.answerQuiz(ctx, e, m, t); ok {
			return r, err
		}
		r, w := words()
		if w != nil {
			return w(ctx)
		}
		return r, nil
	}
}

// words answers a text that is no command.
func (b *Bot) words(e *edition, m Message, folded string) (Reply, work) {
	if len(m.Text) <= maxCommand && (folded == "" || emoticons.MatchString(m.Text)) { // "?", an emoji, [微笑], nothing
		return e.reply("menu", Command), nil
	}
	if r, ok := e.moreOf(m.Text); ok {
		return r, nil
	}
	if r, ok := e.wordingNamed(m.Text); ok {
		return r, nil
	}
	if r, ok := e.looks(m.Text, folded); ok {
		return r, nil
	}
	if found, ok := e.index.Exact(m.Text); ok {
		return e.found(found), nil
	}
	found := e.index.Find(m.Text)
	if found.Outcome == search.Unknown {
		if places := e.shorts[folded]; places != nil {
			return b.surveyAt(e, m, places, 0, "")
		}
	}
	return e.found(found), nil
}

// obey does what a command says.
func (b *Bot) obey(e *edition, m Message, c *command) (Reply, work) {
	switch c.verb {
	case greet:
		return e.reply("greeting", Command), nil
	case thank:
		return e.reply("thanks", Command), nil
	case startQuiz:
		return Reply{}, func(ctx context.Context) (Reply, error) { return b.startQuiz(ctx, e, m, c.arg) }
	case stopQuiz:
		return Reply{}, func(ctx context.Context) (Reply, error) { return b.stopQuiz(ctx, e, m) }
	case askSurvey:
		return b.surveyAt(e, m, c.places, c.page, c.name)
	case more:
		return e.reply("more", Command), nil
	case listBanks, listDrugs, listLaws, listCases, listHelp:
		return e.list(c), nil
	}
	return e.reply("menu", Command), nil
}

// found turns a search result into a reply.
func (e *edition) found(r search.Result) Reply {
	topics := slices.DeleteFunc(slices.Clone(r.Topics), func(id string) bool { return e.lib.Entries[id] == nil })
	switch r.Outcome {
	case search.Crisis:
		urgent := e.reply(e.urgent(r), Crisis)
		urgent.Choices = each(urgent.Choices, e.choices(topics)) // behind what helps now
		return urgent
	case search.Refused, search.Tip:
		return e.withTopics(e.reply(e.urgent(r), Refused), topics)
	case search.Answer:
		if len(topics) == 1 {
			return e.pages[topics[0]][0]
		}
		if len(topics) > 1 {
			return e.both(topics)
		}
	case search.Choices:
		if len(topics) > 0 {
			return e.withTopics(e.reply("choices", Choices), topics)
		}
	}
	return e.withTopics(e.reply("unknown", Unknown), topics)
}

// both answers a question with two topics, each in brief.
func (e *edition) both(topics []string) Reply {
	first, second := e.lib.Entries[topics[0]], e.lib.Entries[topics[1]]
	r := Reply{
		Text:  e.brief(first) + "\n\n" + e.brief(second),
		Topic: first.ID, Outcome: Answered, Choices: []Choice{e.choice(first), e.choice(second)},
	}
	for _, entry := range []*content.Entry{first, second} {
		for _, l := range e.more(entry) {
			r.Links = append(r.Links, Link{Label: l.Label + "：" + entry.Title, URL: l.URL})
		}
	}
	if r.Size() <= MaxSize {
		return r
	}
	return e.withTopics(e.pages[first.ID][0], []string{second.ID})
}

// withTopics offers entries before the reply's own next steps, each once.
func (e *edition) withTopics(r Reply, topics []string) Reply {
	r.Choices = each(e.choices(topics), r.Choices)
	return r
}

func (e *edition) choices(topics []string) []Choice {
	var choices []Choice
	for _, id := range topics {
		choices = append(choices, e.choice(e.lib.Entries[id]))
	}
	return choices
}

// each gives both lists of next steps, one behind the other, each step once.
func each(first, then []Choice) []Choice {
	all := slices.Clone(first)
	for _, c := range then {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}
