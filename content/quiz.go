package content

import "strings"

func (l *loader) quiz(d *document, id, text string) {
	f, ok := d.parse(text, "title", "description", "questions")
	if !ok {
		return
	}
	q := &Quiz{ID: id, Title: f.text("title"), Description: f.optional("description")}
	l.lib.Quizzes[id] = q
	nodes := f.nodes("questions")
	if len(nodes) == 0 {
		f.missing("questions")
	}
	for _, n := range nodes {
		f, ok := d.fields(n, "id", "text", "options", "answer", "explanation", "topic")
		if !ok {
			continue
		}
		question := &QuizQuestion{
			ID: f.text("id"), Text: f.text("text"), Options: f.texts("options"),
			Explanation: f.text("explanation"), Topic: f.optional("topic"), Right: -1,
		}
		if question.ID != "" && !plainID(question.ID) {
			d.at(f.at("id"), "编号只用小写字母、数字和连字符")
		}
		l.claim(d, f.at("id"), "quiz question", question.ID)
		if n := len(question.Options); n < 2 || n > 6 {
			d.at(f.at("options"), "选项要有 2 到 6 个")
		}
		l.answer(f, question)
		if question.Topic != "" {
			l.links = append(l.links, link{d.position(f.at("topic")), question.Topic})
		}
		q.Questions = append(q.Questions, question)
	}
}

// answer reads the letter of the right option.
func (l *loader) answer(f fields, q *QuizQuestion) {
	letter := strings.ToUpper(f.optional("answer"))
	if letter == "" {
		f.doc.at(f.at("answer"), "这道题没有正确答案：缺少必填项 answer")
		return
	}
	if len(letter) != 1 || letter[0] < 'A' || int(letter[0]-'A') >= len(q.Options) {
		f.doc.at(f.at("answer"), "这道题没有正确答案：answer 应当是 %d 个选项之一的字母", len(q.Options))
		return
	}
	q.Right = int(letter[0] - 'A')
}
