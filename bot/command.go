package bot

import (
	"maps"
	"slices"
	"strings"

	"jindu/bot/search"
	"jindu/content"
)

// verb is what a command does.
type verb int

const (
	menu verb = iota + 1
	greet
	thank
	startQuiz
	stopQuiz
	askSurvey
	more
	listBanks
	listDrugs
	listLaws
	listCases
	listHelp
)

// verbs are the words of each command, folded. The keys of menu buttons are
// among them.
var verbs = func() map[string]verb {
	verbs := map[string]verb{}
	for v, words := range map[verb]string{
		menu:      "菜单 主菜单 菜單 帮助 幫助 功能 目录 首页 返回 怎么用 使用说明 你能做什么 help menu",
		greet:     "你好 您好 你好啊 您好啊 你好呀 你好在吗 你好啊在吗 您好在吗 在不在 有人吗 有人在吗 嗨 哈喽 喂 在吗 你是谁 您是谁 早上好 上午好 中午好 下午好 晚上好 开始 hi hello start",
		thank:     "谢谢 谢谢你 谢谢您 谢谢啊 谢谢你啊 谢谢您啊 谢谢老师 谢了 多谢 多谢你 感谢 非常感谢 太感谢了 辛苦了 好的 好 知道了 明白了 懂了 嗯 收到 再见 拜拜 ok thanks",
		startQuiz: "答题 答題 我要答题 开始答题 继续答题 禁毒答题 知识答题 测试 测验 小测 小测验 测一测 做题 来做题 我要做题 考考我 开始测验 开始测试 做个测试 再来一组 再来一次 quiz",
		stopQuiz:  "退出 结束 停止 退出答题 结束答题 停止答题 不答了 不玩了 quit exit stop",
		askSurvey: "满意度 滿意度 满意度调查 满意度问卷 调查 調查 问卷 問卷 问卷调查 调查问卷 填问卷 我要填问卷 做问卷 满意度调查在哪填 填满意度 我要填满意度 我要填满意度调查 survey",
		more:      "更多 下一页 继续 还有呢 详细 详情 原文 法律原文 more",
		listDrugs: "毒品 认识毒品 毒品种类 毒品目录 毒品有哪些 drugs",
		listLaws:  "法律 禁毒法律 法律法规 学法律 法律目录 laws",
		listCases: "身边的事 身边事 情景",
		listHelp:  "求助 求助目录",
		listBanks: "题库 换一套题 选题库",
	} {
		for _, word := range strings.Fields(words) {
			verbs[fold(word)] = v
		}
	}
	return verbs
}()

// keys of menu buttons that stand for something other than a command.
var keys = map[string]string{"report": "举报", "treatment": "戒毒"}

// command is a message that asks the bot to do something.
type command struct {
	verb   verb
	arg    string // bank, group or law; "" for all
	page   int    // of a list; 0 when none was named
	places []*content.Place
	name   string // of a place that is not there, folded
}

// byName says whether the command names something that is there, so that nothing else
// can be meant.
func (c *command) byName() bool {
	return c != nil && (c.arg != "" && c.verb != startQuiz || c.places != nil && c.name == "")
}

// argVerbs may be followed by what they are about.
var argVerbs = []struct {
	word string
	verb verb
}{{"答题", startQuiz}, {"测试", startQuiz}, {"小测", startQuiz}, {"quiz", startQuiz},
	{"满意度", askSurvey}, {"调查", askSurvey}, {"问卷", askSurvey}, {"毒品", listDrugs}, {"法律", listLaws}}

// commandOf reads a command, or gives nil. A command's word with something
// behind it that the command does not know is no command: "调查组是什么".
func (e *edition) commandOf(text string) *command {
	word, page := foldNumbered(text)
	if v := verbs[word]; v != 0 {
		return &command{verb: v, page: page}
	}
	if places := e.places[word]; places != nil {
		return &command{verb: askSurvey, places: places, page: page}
	}
	for _, a := range argVerbs {
		arg, found := strings.CutPrefix(word, a.word)
		if !found || arg == "" {
			continue
		}
		c := &command{verb: a.verb, page: page}
		switch a.verb {
		case startQuiz:
			c.arg = e.bank(arg)
		case askSurvey:
			if c.places = e.placesNamed(arg); c.places == nil && a.word != "调查" && likePlace(arg) { // "调查我们村" may be a tip
				c.name, c.places = arg, e.around(arg)
				return c
			}
		case listDrugs:
			c.arg = e.group(arg)
		case listLaws:
			c.arg = e.law(arg)
		}
		if c.arg != "" || c.places != nil {
			return c
		}
	}
	return nil
}

// bank finds the one bank of questions whose title or id holds the folded words.
func (e *edition) bank(words string) string {
	var found []string
	for _, id := range slices.Sorted(maps.Keys(e.lib.Quizzes)) {
		title := fold(e.lib.Quizzes[id].Title)
		if title == words {
			return id
		}
		if fold(id) == words || strings.Contains(title, words) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// titled asks for one entry by its title ("看 …", "更多 …", "更多 … 3", "原文 …"), as
// the bot's own choices do. Nobody in need of help writes so, and an entry on an
// emergency must be readable although its title tells of one.
func (e *edition) titled(text string) (Reply, bool) {
	for _, word := range []string{readVerb, "更多", wordingVerb} {
		rest, found := strings.CutPrefix(strings.TrimSpace(text), word)
		if !found {
			continue
		}
		page := 1
		if word == "更多" {
			page = 2
		}
		entry := e.titles[fold(rest)]
		if entry == nil {
			title, n := foldNumbered(rest)
			if entry = e.titles[title]; n > 0 {
				page = n
			}
		}
		if entry != nil {
			pages := e.pages[entry.ID]
			if word == wordingVerb {
				pages = e.wording[entry.ID]
			}
			if len(pages) > 0 {
				return pages[min(page, len(pages))-1], true
			}
		}
	}
	return Reply{}, false
}

// moreOf goes on with the entry that the words after "更多" name in any way.
func (e *edition) moreOf(text string) (Reply, bool) {
	rest, found := strings.CutPrefix(strings.TrimSpace(text), "更多")
	if !found {
		return Reply{}, false
	}
	r, ok := e.index.Exact(rest)
	if !ok || r.Outcome != search.Answer || len(r.Topics) != 1 {
		return Reply{}, false
	}
	pages := e.pages[r.Topics[0]]
	return pages[min(2, len(pages))-1], true
}
