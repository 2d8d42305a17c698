package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"jindu/content"
)

// ErrClosed says that a questionnaire is closed for good.
var ErrClosed = errors.New("questionnaire is closed")

// Surveys is what the bot needs of the questionnaires.
type Surveys interface {
	// Running says whether the questionnaire takes answers now.
	Running(*content.Questionnaire) bool
	// Link gives the follower's personal address of a questionnaire, to be
	// answered at a place. The same arguments give the same link. It fails with
	// ErrClosed when the questionnaire is closed for good.
	Link(ctx context.Context, from OpenID, survey, place string, at time.Time) (string, error)
}

// survey leads to the questionnaire of a place: it asks for the district, then
// for the township, and gives the personal link. Each answer carries all that
// the next needs, so nothing is remembered.
func (b *Bot) survey(ctx context.Context, e *edition, m Message, places []*content.Place, page int) (Reply, error) {
	r, w := b.surveyAt(e, m, places, page, "")
	if w != nil {
		return w(ctx)
	}
	return r, nil
}

// surveyAt is survey for somebody who named a place that is not there; "": who did
// not. Only the link needs the store.
func (b *Bot) surveyAt(e *edition, m Message, places []*content.Place, page int, unknown string) (Reply, work) {
	where := func(id string, pairs ...string) Reply {
		if unknown != "" {
			return e.reply("survey-unknown", Command, "name", unknown)
		}
		return e.reply(id, Command, pairs...)
	}
	if len(places) == 0 {
		places = e.surveyed()
	}
	switch {
	case len(places) == 0:
		return e.reply("survey-none", Command), nil
	case len(places) > 1:
		return e.askPlace(where("survey-district"), places, page, "满意度"), nil
	}
	place := places[0]
	running, closed := b.questionnaires(e, place)
	switch {
	case len(running)+len(closed) == 0:
		return e.reply("survey-none", Command), nil
	case len(running) == 0:
		return e.closed(closed[0]), nil
	case place.Level == content.County:
		return e.askPlace(where("survey-township", "place", place.Name), place.Children, page, "满意度 "+place.Name), nil
	case m.From == "":
		return e.reply("survey-terminal", Command, "place", place.FullName()), nil
	}
	return Reply{}, func(ctx context.Context) (Reply, error) { return b.link(ctx, e, m, place, running) }
}

func (b *Bot) link(ctx context.Context, e *edition, m Message, place *content.Place, running []*content.Questionnaire) (Reply, error) {
	r := e.reply("survey-link", Command, "place", place.FullName())
	for _, q := range running {
		url, err := b.config.Surveys.Link(ctx, m.From, q.ID, place.Code, m.At)
		switch {
		case errors.Is(err, ErrClosed):
			continue
		case err != nil:
			return e.reply("busy", Command), fmt.Errorf("survey link: %w", err)
		}
		r.Links = append(r.Links, Link{Label: "点这里填写：" + q.Title, URL: url})
	}
	if len(r.Links) == 0 {
		return e.closed(running[0]), nil
	}
	other := say("满意度 " + place.County().Name)
	other.Label = "不是这里，换一个"
	r.Choices = append([]Choice{other}, r.Choices...)
	return r, nil
}

// questionnaires of the county that the place lies in.
func (b *Bot) questionnaires(e *edition, place *content.Place) (running, closed []*content.Questionnaire) {
	for _, id := range slices.Sorted(maps.Keys(e.lib.Questionnaires)) {
		q := e.lib.Questionnaires[id]
		switch {
		case !place.Within(q.Place.Code):
		case b.config.Surveys.Running(q):
			running = append(running, q)
		default:
			closed = append(closed, q)
		}
	}
	return running, closed
}

// closed says that a questionnaire is not open, and when it is.
func (e *edition) closed(q *content.Questionnaire) Reply {
	days := ""
	switch {
	case !q.Opens.IsZero() && !q.Closes.IsZero():
		days = "（开放时间：" + q.Opens.Chinese() + "至" + q.Closes.Chinese() + "）"
	case !q.Opens.IsZero():
		days = "（" + q.Opens.Chinese() + "开始）"
	case !q.Closes.IsZero():
		days = "（" + q.Closes.Chinese() + "结束）"
	}
	return e.reply("survey-closed", Command, "title", q.Title, "days", days)
}

// askPlace offers places; those of one name are told apart by what they lie in.
func (e *edition) askPlace(base Reply, places []*content.Place, page int, send string) Reply {
	choices := make([]Choice, len(places))
	for i, p := range places {
		name := p.Name
		if len(e.places[fold(name)]) > 1 {
			name = p.FullName()
		}
		choices[i] = Choice{Label: name, Send: "满意度 " + name, ID: plainID}
	}
	return pageOf(base, choices, page, func(page int) Choice {
		return Choice{Label: "更多地方", Send: fmt.Sprintf("%s %d", send, page), ID: plainID}
	})
}

// surveyed lists the counties that have a questionnaire.
func (e *edition) surveyed() []*content.Place {
	var counties []*content.Place
	for _, county := range e.lib.Counties {
		for _, q := range e.lib.Questionnaires {
			if q.Place == county {
				counties = append(counties, county)
				break
			}
		}
	}
	return counties
}

// namePlaces builds the index of the places' names.
func (e *edition) namePlaces() {
	add := func(names map[string][]*content.Place, name string, p *content.Place) {
		if name = fold(name); !slices.Contains(names[name], p) {
			names[name] = append(names[name], p)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(e.lib.Places)) {
		p := e.lib.Places[code]
		add(e.places, p.Name, p)
		add(e.places, p.FullName(), p)
		if city := p.County().City; city != "" {
			add(e.places, city+p.FullName(), p)
		}
		for _, ending := range []string{"街道", "镇", "乡", "区", "县", "经济开发区"} {
			if short, found := strings.CutSuffix(p.Name, ending); found && p.Level != content.Village && len(short) >= len("龙塘") {
				add(e.shorts, short, p)
			}
		}
	}
}

// maxName is the longest name of a place that is repeated, in characters.
const maxName = 12

// likePlace says whether a folded text reads like the name of a place.
func likePlace(folded string) bool {
	if utf8.RuneCountInString(folded) > maxName {
		return false
	}
	for _, ending := range []string{"镇", "街道", "街道办", "乡", "村", "社区", "居委会", "村委会", "农场", "开发区", "区", "县", "市"} {
		if rest, found := strings.CutSuffix(folded, ending); found {
			return rest != ""
		}
	}
	return false
}

// around gives where to look for a place that is not there: the county that its
// folded name tells, or nil.
func (e *edition) around(folded string) []*content.Place {
	for _, county := range e.surveyed() {
		if strings.Contains(folded, fold(county.Name)) {
			return []*content.Place{county}
		}
	}
	return nil
}

// placesNamed finds places by folded name, with or without 镇, 街道 or 区.
func (e *edition) placesNamed(name string) []*content.Place {
	if places := e.places[name]; places != nil {
		return places
	}
	return e.shorts[name]
}
