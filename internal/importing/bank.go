package importing

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"jindu/content"
)

// cell is a value and where it stands.
type cell struct {
	text string
	at   place
}

// question as it was read, not yet judged: content's loader does that.
type question struct {
	at                                 place
	id, kind, text                     cell
	options                            []cell
	answer, explanation                cell
	topic, picture, difficulty, people cell
}

// Bank is the questions of one imported file.
type Bank struct {
	Name      string // of the file, for its problems
	questions []*question
	problems  content.Problems // of reading
}

// Len is how many questions were read.
func (b *Bank) Len() int { return len(b.questions) }

// ReadQuiz reads an xlsx sheet, GIFT or Aiken: the ending of name decides, else
// what the file holds. The error says why nothing could be read; what is wrong in
// single questions comes from Render.
func ReadQuiz(name string, data []byte) (*Bank, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("文件超过 %d MB", MaxFile>>20)
	}
	b := &Bank{Name: path.Base(name)}
	ending := strings.ToLower(path.Ext(name))
	if ending == ".xlsx" || (ending != ".gift" && ending != ".aiken" && bytes.HasPrefix(data, []byte("PK\x03\x04"))) {
		if err := b.sheet(data); err != nil {
			return nil, err
		}
		return b, nil
	}
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	switch {
	case ending == ".aiken" || (ending != ".gift" && aikenAnswer.MatchString(text)):
		b.aiken(text)
	case ending == ".gift" || strings.Contains(text, "{"):
		b.gift(text)
	default:
		return nil, fmt.Errorf("认不出格式：要 xlsx 表格、GIFT 或 Aiken（每题有一行 ANSWER: A）")
	}
	return b, nil
}

func (b *Bank) fail(at place, format string, args ...any) {
	b.problems.Add(at.problem(b.Name, format, args...))
}

// add takes a question in, up to a bound.
func (b *Bank) add(q *question) {
	if len(b.questions) == maxQuestions {
		b.fail(q.at, "一个文件最多 %d 道题，请分开", maxQuestions)
	}
	if len(b.questions) <= maxQuestions {
		b.questions = append(b.questions, q)
	}
}

// identify gives every question without an id one that stays the same when the
// file is sorted, added to or imported again: it is made of the question's words,
// and where several ask in the same words of their options too.
func (b *Bank) identify() {
	asked := map[string]int{}
	for _, q := range b.questions {
		asked[q.text.text]++
	}
	first := map[string]*question{}
	for _, q := range b.questions {
		words := q.text.text
		for _, o := range q.options {
			words += "\n" + o.text
		}
		if other := first[words]; other != nil && words != "" {
			b.fail(q.at, "这道题和第 %d 行的题一样", other.at.line)
		}
		first[words] = q
		if q.id.text != "" {
			continue
		}
		if asked[q.text.text] == 1 {
			words = q.text.text
		}
		sum := sha256.Sum256([]byte(words))
		q.id = cell{"q" + hex.EncodeToString(sum[:5]), q.at}
	}
}

// Render writes the bank as quizzes/ID.yaml of the folder would be, and checks it
// there. Its problems and warnings stand at the lines, or rows, of the imported
// file; with a problem there is no text.
func (b *Bank) Render(folder content.Folder, id, title string, rules content.Rules) (text string, problems, warnings content.Problems, err error) {
	if len(b.questions) == 0 && len(b.problems) == 0 {
		b.fail(place{}, "里面没有题目")
	}
	b.identify()
	long := b.lengths()
	text, at := b.yaml(title)
	if len(text) > content.MaxFile {
		b.fail(place{}, "写成题库文件会超过 %d MB，请分成几个文件", content.MaxFile>>20)
	}
	if len(b.questions) > 0 {
		file := "quizzes/" + id + ".yaml"
		problems, warnings, err = check(folder, file, text, rules)
		if err != nil {
			return "", nil, nil, err
		}
		for _, found := range []content.Problems{problems, warnings} {
			for i, p := range found {
				if p.File == file {
					found[i] = at[min(p.Line, len(at)-1)].problem(b.Name, "%s", translated.ReplaceAllStringFunc(p.Message, func(key string) string { return headingOf[key] }))
				} else {
					found[i] = b.turned(p)
				}
			}
		}
	}
	warnings = slices.DeleteFunc(warnings, func(w content.Problem) bool {
		return slices.ContainsFunc(long, func(message string) bool { return strings.HasSuffix(w.Message, message) })
	})
	problems = slices.Concat(b.problems, problems)
	slices.SortStableFunc(problems, byPlace)
	warnings = slices.Concat(warnings, b.topicless())
	slices.SortStableFunc(warnings, byPlace)
	if problems = slices.Compact(problems); len(problems) > 0 {
		return "", problems, warnings, nil
	}
	return text, nil, warnings, nil
}

func byPlace(x, y content.Problem) int {
	return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
}

// turned gives the problem of an id that a file of the folder has too. The loader
// reports it in the file that it reads later; the clerk has only the imported one.
func (b *Bank) turned(p content.Problem) content.Problem {
	for _, q := range b.questions {
		if strings.HasPrefix(content.FoldName(p.Message), content.FoldName("“"+q.id.text+"”已被")) {
			return q.id.at.problem(b.Name, "“%s”已被 %s:%d 占用", q.id.text, p.File, p.Line)
		}
	}
	return place{}.problem(b.Name, "和内容文件夹里的 %s:%d 有冲突：%s", p.File, p.Line, p.Message)
}

// topicless warns of the questions that lead to no entry.
func (b *Bank) topicless() (warnings content.Problems) {
	for _, q := range b.questions {
		if q.topic.text != "" {
			continue
		}
		at := q.topic.at
		if at.line == 0 {
			at = q.at
		}
		warnings = append(warnings, at.problem(b.Name, "这道题没有写条目（topic），答完以后没有可以接着看的内容"))
	}
	return warnings
}

// headingOf gives the words of a sheet for a key of ours.
var headingOf = map[string]string{
	"explanation": "解释（explanation）", "answer": "答案（answer）", "options": "选项（options）",
	"text": "题目（text）", "topic": "条目（topic）", "difficulty": "难度（difficulty）", "type: multiple": "题型“多选”",
}

var translated = regexp.MustCompile(`\b(?:explanation|answer|options|text|topic|difficulty|type: multiple)\b`)

// yaml writes the bank; at says for each line, from 1, where its value came from.
func (b *Bank) yaml(title string) (text string, at []place) {
	var w strings.Builder
	at = make([]place, 1)
	line := func(from place, format string, args ...any) {
		fmt.Fprintf(&w, format+"\n", args...)
		at = append(at, from)
	}
	line(place{}, "title: %s", scalar(title))
	line(place{}, "questions:")
	for _, q := range b.questions {
		line(q.id.at, "  - id: %s", scalar(q.id.text))
		if q.kind.text != "" {
			line(q.kind.at, "    type: %s", q.kind.text)
		}
		line(q.text.at, "    text: %s", scalar(q.text.text))
		if q.picture.text != "" {
			line(q.picture.at, "    picture: %s", scalar(q.picture.text))
		}
		if len(q.options) > 0 {
			line(q.options[0].at, "    options:")
			for _, o := range q.options {
				line(o.at, "      - %s", scalar(o.text))
			}
		}
		line(q.answer.at, "    answer: %s", scalar(q.answer.text))
		line(q.explanation.at, "    explanation: %s", scalar(q.explanation.text))
		if q.topic.text != "" {
			line(q.topic.at, "    topic: %s", scalar(q.topic.text))
		}
		if q.difficulty.text != "" {
			line(q.difficulty.at, "    difficulty: %s", scalar(q.difficulty.text))
		}
		if tags := audience(q.people.text); len(tags) > 0 {
			line(q.people.at, "    audience:")
			for _, tag := range tags {
				line(q.people.at, "      - %s", scalar(tag))
			}
		}
	}
	return w.String(), at
}

var plainScalar = regexp.MustCompile(`^[\p{Han}“《A-Za-z](?:[\p{Han}A-Za-z0-9/_.，。、；！？“”《》（）-]| [\p{Han}A-Za-z0-9])*$`)

// scalar writes a value as YAML, without quotes where nothing can be meant by it
// but a text. Go's quoting is a part of YAML's.
func scalar(text string) string {
	text = one(text)
	word := strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) || r == '/' }) < 0
	if len(text) == 1 && text[0] >= '1' && text[0] <= '9' {
		return text
	}
	if plainScalar.MatchString(text) && !(word && reserved[strings.ToLower(text)]) {
		return text
	}
	return strconv.Quote(text)
}

var reserved = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

// audience gives the keys of the people named by key or in Chinese; what is
// neither stays, for the checker to name. The names themselves may hold a “、”.
func audience(text string) []string {
	for tag, name := range content.Audiences {
		text = strings.ReplaceAll(text, name, tag)
	}
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;；/ \n", r) })
}
