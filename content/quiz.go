package content

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Quiz is one bank of questions. Those with one right option and those with
// several are kept apart, so that who can only judge one choice draws no other.
type Quiz struct {
	ID          string
	Title       string
	Description string
	Questions   []*QuizQuestion // Type Single or TrueFalse
	Multiple    []*QuizQuestion // Type Multiple: every right option, and no other, must be chosen
}

// TrueFalse is a quiz question whose two options are 对 and 错.
const TrueFalse QuestionType = "true_false"

var trueFalse = []string{"对", "错"}

// QuizQuestion is a question of a quiz.
type QuizQuestion struct {
	ID          string // unique over all quizzes
	Type        QuestionType
	Text        string
	Options     []string // 2 to 6
	Right       int      // index into Options; of a Multiple question the first of Rights
	Rights      []int    // indexes of all right options, rising
	Explanation string
	Topic       string   // id of the entry it belongs to, or ""
	Difficulty  int      // 1 easy, 2, 3 hard; 0 when not marked
	Audience    []string // keys of Audiences; empty when for everybody
	Picture     string   // id of the picture it asks about, or ""
}

// Audiences are the people a question is written for, with their names.
var Audiences = map[string]string{
	"pupils":          "小学生",
	"students":        "中学生、大学生",
	"residents":       "居民",
	"migrant-workers": "外来务工人员",
	"venues":          "旅店和娱乐场所从业人员",
	"delivery":        "快递、物流从业人员",
	"chemical":        "化工、药品企业员工",
	"drivers":         "驾驶员",
}

func (l *loader) quiz(d *document, id, text string) {
	f, ok := d.parse(text, "title", "description", "audience", "questions")
	if !ok {
		return
	}
	q := &Quiz{ID: id, Title: f.text("title"), Description: f.optional("description")}
	l.lib.Quizzes[id] = q
	audience := f.audience()
	nodes := f.nodes("questions")
	if len(nodes) == 0 {
		f.missing("questions")
	}
	for _, n := range nodes {
		question := l.quizQuestion(d, n)
		if question == nil {
			continue
		}
		if len(question.Audience) == 0 {
			question.Audience = audience
		}
		if question.Type == Multiple {
			q.Multiple = append(q.Multiple, question)
		} else {
			q.Questions = append(q.Questions, question)
		}
	}
}

func (l *loader) quizQuestion(d *document, n ast.Node) *QuizQuestion {
	f, ok := d.fields(n, "id", "type", "text", "picture", "options", "answer", "explanation", "topic", "difficulty", "audience")
	if !ok {
		return nil
	}
	q := &QuizQuestion{
		ID: f.text("id"), Type: Single, Text: f.text("text"), Right: -1,
		Explanation: f.text("explanation"), Topic: f.optional("topic"), Difficulty: f.integer("difficulty", 1, 3),
		Audience: f.audience(), Picture: f.optional("picture"),
	}
	if f.values["type"] != nil {
		q.Type = QuestionType(f.oneOf("type", string(Single), string(Multiple), string(TrueFalse)))
	}
	if q.ID != "" && !plainID(q.ID) {
		d.at(f.at("id"), "编号只用小写字母、数字和连字符")
	}
	l.claim(d, f.at("id"), "", "quiz question", q.ID)
	if q.Picture != "" && l.lib.Pictures[q.Picture] == nil && !l.listRefused {
		d.at(f.at("picture"), "没有 %q 这张图", q.Picture)
	}
	if slices.Contains([]QuestionType{Single, Multiple, TrueFalse}, q.Type) { // else nobody knows what it should have
		q.options(f)
		q.answer(f)
	}
	if q.Topic != "" {
		l.links = append(l.links, link{d.position(f.at("topic")), q.Topic})
	} else if figure.MatchString(q.Explanation) {
		l.warn(d.position(f.at("explanation")), "解释里有数字，却没有写 topic：读者查不到出处")
	}
	l.quizLength(d, f, q)
	return q
}

// quizLength keeps a question, after the explanation of the one before it, within a reply.
func (l *loader) quizLength(d *document, f fields, q *QuizQuestion) {
	if message := TooLongToAsk(q.Text, q.Options); message != "" {
		l.warn(d.position(f.at("text")), "%s", message)
	}
	if message := TooLongToExplain(q.Explanation); message != "" {
		l.warn(d.position(f.at("explanation")), "%s", message)
	}
	for _, key := range []string{"text", "explanation"} {
		if n := longestSentence(f.optional(key)); n > maxSentence {
			l.warn(d.position(f.at(key)), "有一句话长 %d 个字，超过 %d，请拆短", n, maxSentence)
		}
	}
}

// TooLongToAsk says so of a question that does not fit on a phone with its options;
// else it is "".
func TooLongToAsk(text string, options []string) string {
	const most = ReplyLimit / 2
	if n := len(text) + len(strings.Join(options, "")); n > most {
		return fmt.Sprintf("题目和选项共 %d 字节，超过 %d，手机上一屏放不下", n, most)
	}
	return ""
}

// TooLongToExplain says so of an explanation; else it is "".
func TooLongToExplain(explanation string) string {
	const most = ReplyLimit * 2 / 5
	if n := len(explanation); n > most {
		return fmt.Sprintf("解释有 %d 字节，超过 %d，手机上一屏放不下", n, most)
	}
	return ""
}

// options reads them; a question of true and false has its own.
func (q *QuizQuestion) options(f fields) {
	items := f.items("options")
	if q.Type == TrueFalse {
		if len(items) > 0 {
			f.doc.at(f.at("options"), "判断题不写 options，选项就是“对”和“错”")
		}
		q.Options = trueFalse
		return
	}
	seen := map[string]bool{}
	for _, it := range items {
		if seen[FoldName(it.text)] {
			f.doc.at(it.node, "选项“%s”写了两次", it.text)
		}
		seen[FoldName(it.text)] = true
		q.Options = append(q.Options, it.text)
	}
	if n := len(items); n < 2 || n > 6 {
		f.doc.at(f.at("options"), "选项要有 2 到 6 个")
	}
}

// answer reads the letters of the right options: C, or of several ACD; of a
// question of true and false also 对 or 错.
func (q *QuizQuestion) answer(f fields) {
	letters := strings.ToUpper(f.optional("answer"))
	if letters == "" {
		f.doc.at(f.at("answer"), "这道题没有正确答案：缺少必填项 answer")
		return
	}
	if len(q.Options) < 2 {
		return // said of the options
	}
	if i := slices.Index(trueFalse, letters); i >= 0 && q.Type == TrueFalse {
		letters = string(rune('A' + i))
	}
	for _, r := range letters {
		i := int(r - 'A')
		if r < 'A' || i >= len(q.Options) || slices.Contains(q.Rights, i) {
			f.doc.at(f.at("answer"), "这道题没有正确答案：answer 应当是 %d 个选项里的字母", len(q.Options))
			return
		}
		q.Rights = append(q.Rights, i)
	}
	switch {
	case q.Type == Multiple && len(q.Rights) < 2:
		f.doc.at(f.at("answer"), "多选题至少有两个正确答案，写成 ACD 这样")
	case q.Type != Multiple && len(q.Rights) > 1:
		f.doc.at(f.at("answer"), "有几个正确答案的题，要写 type: multiple")
	}
	slices.Sort(q.Rights)
	q.Right = q.Rights[0]
}

// audience reads the list of audience tags.
func (f fields) audience() []string {
	var tags []string
	for _, it := range f.items("audience") {
		if Audiences[it.text] == "" {
			f.doc.at(it.node, "没有 %q 这个对象，可用的见说明：pupils、students、residents、migrant-workers、venues、delivery、chemical、drivers", it.text)
			continue
		}
		tags = append(tags, it.text)
	}
	return tags
}
