package content

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

func (l *loader) questionnaire(d *document, id, text string) {
	f, ok := d.parse(text, "title", "version", "place", "opens", "closes", "tiers", "intro", "notice",
		"thanks", "questions", "indicators", "targets")
	if !ok {
		return
	}
	q := &Questionnaire{
		ID: id, Title: f.text("title"), Version: f.integer("version", 1, 9999), Opens: f.date("opens"), Closes: f.date("closes"),
		Intro: f.optional("intro"), Notice: f.text("notice"), Thanks: f.text("thanks"), Targets: map[string]int{},
	}
	l.lib.Questionnaires[id] = q
	if q.Version == 0 {
		f.missing("version")
	}
	if code := f.text("place"); code != "" {
		if q.Place = l.lib.Places[code]; q.Place == nil || q.Place.Level != County {
			l.noPlace(d.position(f.at("place")), code, "区县")
			return
		}
	}
	if !q.Opens.IsZero() && !q.Closes.IsZero() && q.Closes.Before(q.Opens.Time) {
		d.at(f.at("closes"), "结束日期早于开始日期")
	}
	for _, it := range f.items("tiers") {
		if !slices.Contains([]string{TierWechat, TierDevice, TierAssisted}, it.text) {
			d.at(it.node, "tiers 只能是 wechat、device、assisted")
		}
		q.Tiers = append(q.Tiers, it.text)
	}
	if len(q.Tiers) == 0 {
		f.missing("tiers")
	}
	if len(f.nodes("questions")) == 0 {
		f.missing("questions")
	}
	for _, n := range f.nodes("questions") {
		l.question(d, q, n)
	}
	l.indicators(f, q)
	if n := f.values["targets"]; !isNull(n) {
		if targets, ok := d.fields(n); ok {
			for code := range targets.values {
				p := l.lib.Places[code]
				if p == nil || q.Place == nil || !p.Within(q.Place.Code) {
					l.noPlace(d.position(targets.keys[code]), code, "地方")
				}
				q.Targets[code] = targets.integer(code, 0, 10_000_000)
			}
		}
	}
	q.Fingerprint = fingerprint(q)
}

func (l *loader) question(d *document, q *Questionnaire, n ast.Node) {
	f, ok := d.fields(n, "id", "text", "hint", "type", "required", "options", "max")
	if !ok {
		return
	}
	question := &Question{
		ID: f.text("id"), Text: f.text("text"), Hint: f.optional("hint"), Required: f.boolean("required"),
		Type: QuestionType(f.oneOf("type", string(Single), string(Multiple), string(Text), string(Residence))),
		Max:  f.integer("max", 1, 2000),
	}
	if question.ID != "" && (!plainID(question.ID) || q.Question(question.ID) != nil) {
		d.at(f.at("id"), "编号 %q 重复，或含有小写字母、数字、连字符以外的字", question.ID)
	}
	for _, n := range f.nodes("options") {
		f, ok := d.fields(n, "id", "text", "dont_know")
		if !ok {
			continue
		}
		o := &Option{ID: f.text("id"), Text: f.text("text"), DontKnow: f.boolean("dont_know")}
		if o.ID != "" && (!plainID(o.ID) || question.Option(o.ID) != nil) {
			d.at(f.at("id"), "选项编号 %q 重复，或含有小写字母、数字、连字符以外的字", o.ID)
		}
		question.Options = append(question.Options, o)
	}
	choice := question.Type == Single || question.Type == Multiple
	if choice && len(question.Options) < 2 {
		d.at(f.at("options"), "选择题至少要有 2 个选项")
	}
	if !choice && len(question.Options) > 0 {
		d.at(f.at("options"), "这种题不写选项")
	}
	switch question.Type {
	case Text:
		if question.Max == 0 {
			question.Max = 200
		}
	case Residence:
		if q.Place != nil {
			for _, p := range q.Place.Children {
				question.Options = append(question.Options, &Option{ID: p.Code, Text: p.Name})
			}
			question.Options = append(question.Options, &Option{ID: OtherPlace, Text: "其他地方"})
		}
	}
	q.Questions = append(q.Questions, question)
}

func (l *loader) indicators(f fields, q *Questionnaire) {
	n := f.values["indicators"]
	if isNull(n) {
		f.missing("indicators")
		return
	}
	all, ok := f.doc.fields(n, "satisfaction", "awareness")
	if !ok {
		return
	}
	for _, id := range []string{"satisfaction", "awareness"} {
		if n := all.values[id]; !isNull(n) {
			l.indicator(f.doc, q, id, n)
		}
	}
}

func (l *loader) indicator(d *document, q *Questionnaire, id string, n ast.Node) {
	f, ok := d.fields(n, "name", "formula", "formula_version", "question", "satisfied", "share", "right")
	if !ok {
		return
	}
	in := &Indicator{
		ID: id, Name: f.text("name"), Formula: f.oneOf("formula", FormulaSatisfied, FormulaAware),
		FormulaVersion: f.integer("formula_version", 1, 99), Right: map[string][]string{},
	}
	q.Indicators = append(q.Indicators, in)
	known := func(n ast.Node, question, option string) {
		if x := q.Question(question); x == nil || x.Option(option) == nil {
			d.at(n, "问题 %q 没有选项 %q", question, option)
		}
	}
	switch in.Formula {
	case FormulaSatisfied:
		in.Question = f.text("question")
		if x := q.Question(in.Question); x == nil || x.Type != Single {
			d.at(f.at("question"), "满意率要指向一道单选题")
		}
		for _, it := range f.items("satisfied") {
			known(it.node, in.Question, it.text)
			in.Satisfied = append(in.Satisfied, it.text)
		}
		if len(in.Satisfied) == 0 {
			f.missing("satisfied")
		}
	case FormulaAware:
		in.Share = 0.6
		if s := f.optional("share"); s != "" {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || !(v > 0 && v <= 1) {
				d.at(f.at("share"), "share 应当大于 0、不超过 1")
			}
			in.Share = v
		}
		n := f.values["right"]
		if isNull(n) {
			f.missing("right")
			return
		}
		right, _ := d.fields(n)
		for question := range right.values {
			for _, it := range right.items(question) {
				known(it.node, question, it.text)
				in.Right[question] = append(in.Right[question], it.text)
			}
			if len(in.Right[question]) == 0 {
				d.at(right.at(question), "问题 %q 没有正确答案", question)
			}
		}
	}
}

// fingerprint is a hash of what gives stored answers their meaning: place, ids,
// types and formulas. Wording may be mended after the first answer; these may not.
func fingerprint(q *Questionnaire) string {
	type option struct {
		ID       string
		DontKnow bool
	}
	type question struct {
		ID      string
		Type    QuestionType
		Options []option
	}
	meaning := struct {
		Place      string
		Questions  []question
		Indicators []*Indicator
	}{}
	if q.Place != nil {
		meaning.Place = q.Place.Code
	}
	for _, x := range q.Questions {
		m := question{ID: x.ID, Type: x.Type}
		if x.Type != Residence { // its ids are place codes and mean the same for ever
			for _, o := range x.Options {
				m.Options = append(m.Options, option{o.ID, o.DontKnow})
			}
		}
		meaning.Questions = append(meaning.Questions, m)
	}
	for _, in := range q.Indicators {
		same := *in
		same.Name = ""
		meaning.Indicators = append(meaning.Indicators, &same)
	}
	data, err := json.Marshal(meaning)
	if err != nil {
		panic(err) // plain structs of strings and numbers always marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
