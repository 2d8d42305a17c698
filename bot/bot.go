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

// Answer gives the reply to a message; it is never larger than MaxSize and must
// not be changed by the caller.
//
// An error is for the log: the store could not be asked, and the reply says to
// try again later. The same message (the same Key) may be answered again: if it
// had its effect after all, that answer is found. Everything that needs no store
// is answered without it.
func (b *Bot) Answer(ctx context.Context, m Message) (Reply, error) {
	e := b.edition.Load()
	if e == nil {
		return Reply{}, errNoLibrary
	}
	r, err := b.answer(ctx, e, m)
	return fit(r), err
}

func (b *Bot) answer(ctx context.Context, e *edition, m Message) (Reply, error) {
	if m.At.IsZero() {
		m.At = b.config.Now()
	}
	switch m.Kind {
	case Text:
		return b.text(ctx, e, m)
	case Click:
		return b.click(ctx, e, m)
	case Subscribe:
		return b.welcome(ctx, e, m), nil
	case Scan:
		if r, ok, err := b.scene(ctx, e, m); ok {
			return r, err
		}
		return e.reply("menu", Command), nil
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
func (b *Bot) click(ctx context.Context, e *edition, m Message) (Reply, error) {
	m.Text = buttonText(m.Text)
	r, err := b.text(ctx, e, m)
	if err == nil && r.Outcome == Unknown { // a button the office made for something else
		return e.reply("menu", Command), nil
	}
	return r, err
}

// text answers what was typed or tapped. The order matters: help in an emergency
// comes before all, and only what may belong to a quiz asks the store.
func (b *Bot) text(ctx context.Context, e *edition, m Message) (Reply, error) {
	if r, ok := e.titled(m.Text); ok {
		return r, nil
	}
	command := e.commandOf(m.Text)
	if command.byName() { // a list or a place, whatever that sounds like
		return b.obey(ctx, e, m, command)
	}
	danger, unsafe := e.index.Safety(m.Text)
	if unsafe && danger.Outcome == search.Crisis {
		return e.found(danger), nil
	}
	folded := fold(m.Text)
	if t, ok := e.tokenOf(m.Text, folded, m.MenuID); ok {
		if r, ok, err := b.answerQuiz(ctx, e, m, t); ok {
			return r, err
		}
	}
	if unsafe {
		return e.found(danger), nil
	}
	if command != nil {
		return b.obey(ctx, e, m, command)
	}
	if len(m.Text) <= maxCommand && folded == "" { // "?", an emoji, nothing
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
			return b.survey(ctx, e, m, places, 0)
		}
	}
	return e.found(found), nil
}

// obey does what a command says.
func (b *Bot) obey(ctx context.Context, e *edition, m Message, c *command) (Reply, error) {
	switch c.verb {
	case greet:
		return e.reply("greeting", Command), nil
	case thank:
		return e.reply("thanks", Command), nil
	case startQuiz:
		return b.startQuiz(ctx, e, m, c.arg)
	case stopQuiz:
		return b.stopQuiz(ctx, e, m)
	case askSurvey:
		return b.surveyAt(ctx, e, m, c.places, c.page, c.name)
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
		return e.crisis(r.Crisis)
	case search.Refused:
		return e.withTopics(e.reply("refused", Refused), topics)
	case search.Tip:
		return e.reply("tip", Refused)
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

// crisis gives the help for one kind of emergency.
func (e *edition) crisis(kind string) Reply {
	id := "crisis-" + kind
	if e.lib.Replies[id] == nil {
		id = "crisis"
	}
	return e.reply(id, Crisis)
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
	page := e.pages[first.ID][0]
	page.Choices = slices.Concat([]Choice{e.choice(second)}, page.Choices)
	return page
}

// withTopics offers entries before the reply's own next steps, each once.
func (e *edition) withTopics(r Reply, topics []string) Reply {
	var choices []Choice
	for _, id := range topics {
		choices = append(choices, e.choice(e.lib.Entries[id]))
	}
	for _, c := range r.Choices {
		if !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
	}
	r.Choices = choices
	return r
}
