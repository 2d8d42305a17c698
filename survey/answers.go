package survey

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jindu/content"
)

// FieldErrors tells, by question id, what to mend, in Chinese.
type FieldErrors map[string]string

// ParseAnswers checks a posted form against the questionnaire. Single and
// residence questions are one value under the question's id, multiple ones
// repeat it. Unknown options are refused, unknown fields ignored.
func ParseAnswers(q *content.Questionnaire, form url.Values) ([]Answer, FieldErrors) {
	var answers []Answer
	wrong := FieldErrors{}
	for _, question := range q.Questions {
		values := slices.DeleteFunc(slices.Clone(form[question.ID]), func(v string) bool { return strings.TrimSpace(v) == "" })
		if len(values) == 0 {
			if question.Required {
				wrong[question.ID] = "这道题还没有回答"
			}
			continue
		}
		a := Answer{Question: question.ID}
		switch question.Type {
		case content.Text:
			text, message := cleanText(values[0], question.Max)
			if message != "" {
				wrong[question.ID] = message
			}
			a.Text = text
		case content.Multiple:
			slices.Sort(values)
			a.Options = slices.Compact(values)
		default:
			if len(values) > 1 {
				wrong[question.ID] = "这道题只能选一项"
			}
			a.Options = values
		}
		for _, o := range a.Options {
			if question.Option(o) == nil {
				wrong[question.ID] = "请从列出的选项中选择"
			}
		}
		if question.Type == content.Multiple && onlyAndMore(question, a.Options) {
			wrong[question.ID] = "选了“不清楚”就不要再选别的"
		}
		answers = append(answers, a)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return answers, nil
}

// onlyAndMore says whether "don't know" was ticked together with an answer.
func onlyAndMore(q *content.Question, options []string) bool {
	return len(options) > 1 && slices.ContainsFunc(options, func(id string) bool {
		o := q.Option(id)
		return o != nil && o.DontKnow
	})
}

// cleanText bounds a remark, strips control characters and masks numbers.
func cleanText(s string, most int) (text, message string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	s = strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		if Unseen(r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > most {
		return "", "写得太长了，请缩短一些"
	}
	return MaskNumbers(s), ""
}

// MaskNumbers replaces each run of five or more digits, and what joins them in
// phone, identity card and account numbers, by stars: a remark must not hold
// what leads to a person.
func MaskNumbers(s string) string {
	runes := []rune(s)
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); {
		if !isDigit(runes[i]) {
			out = append(out, runes[i])
			i++
			continue
		}
		end, digits := i, 0
		for j := i; j < len(runes) && j-end < 3; j++ {
			if isDigit(runes[j]) {
				digits++
				end = j + 1
			} else if !joinsDigits(runes[j]) {
				break
			}
		}
		if digits >= 5 {
			if end < len(runes) && (runes[end] == 'x' || runes[end] == 'X' || runes[end] == 'Ｘ') {
				end++ // the check character of an identity card
			}
			out = append(out, '*', '*', '*')
		} else {
			out = append(out, runes[i:end]...)
		}
		i = end
	}
	return string(out)
}

// Unseen says whether a character shows nothing of its own: controls, directions,
// zero-width spaces, the marks that turn a digit into a keycap.
func Unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector) || r == '\u20e3'
}

func isDigit(r rune) bool {
	return unicode.IsNumber(r) || strings.ContainsRune("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", r)
}

func joinsDigits(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("-－—_.·,，~～:：/()（）", r)
}
