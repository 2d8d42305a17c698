package api

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/officialaccount/menu"
)

// WeChat's limits on a menu, from its documentation; sizes in bytes.
const (
	maxButtons    = 3
	maxSubButtons = 5
	maxName       = 16
	maxSubName    = 60
	maxKey        = 128
	maxURL        = 1024
)

// Menu of the account, as a YAML file holds it.
type Menu struct {
	Buttons []Button `yaml:"buttons"`
}

// Button of a menu: it sends its Key to the bot, or opens its URL, or shows the
// Buttons below it. Type is "" for these; a button of the menu that WeChat has
// may be of another, such as "miniprogram", which cannot be pushed from here.
type Button struct {
	Name    string   `yaml:"name"`
	Key     string   `yaml:"key,omitempty"`
	URL     string   `yaml:"url,omitempty"`
	Type    string   `yaml:"type,omitempty"`
	Buttons []Button `yaml:"buttons,omitempty"`
}

// MenuProblem is what WeChat would refuse in a menu.
type MenuProblem struct {
	Path string // YAML path of the place, such as "$.buttons[0].name"
	Text string // in Chinese
}

// Check gives all problems of a menu.
func (m Menu) Check() (found []MenuProblem) {
	report := func(path, format string, args ...any) {
		found = append(found, MenuProblem{path, fmt.Sprintf(format, args...)})
	}
	if n := len(m.Buttons); n < 1 || n > maxButtons {
		report("$.buttons", "一级菜单要有 1 到 %d 个，现在是 %d 个", maxButtons, n)
	}
	for i, b := range m.Buttons {
		path := fmt.Sprintf("$.buttons[%d]", i)
		if b.Buttons == nil {
			b.check(path, maxName, report)
			continue
		}
		b.checkName(path, maxName, report)
		if b.Key != "" || b.URL != "" || b.Type != "" {
			report(path, "有下级菜单的按钮只能有 name 和 buttons")
		}
		if n := len(b.Buttons); n < 1 || n > maxSubButtons {
			report(path+".buttons", "下级菜单要有 1 到 %d 个，现在是 %d 个", maxSubButtons, n)
		}
		for j, sub := range b.Buttons {
			path := fmt.Sprintf("%s.buttons[%d]", path, j)
			sub.check(path, maxSubName, report)
			if sub.Buttons != nil {
				report(path+".buttons", "菜单最多两级")
			}
		}
	}
	return found
}

func (b Button) checkName(path string, limit int, report func(string, string, ...any)) {
	switch n := len(b.Name); {
	case n == 0:
		report(path, "缺少 name（按钮上的字）")
	case n > limit:
		report(path+".name", "“%s”太长：最多 %d 字节（%d 个汉字），现在是 %d 字节", visible(b.Name), limit, limit/3, n)
	}
	checkRunes(path+".name", b.Name, report)
}

// checkRunes reports the first character that nobody sees or that is none.
func checkRunes(path, text string, report func(string, string, ...any)) {
	n := 0
	for i, r := range text {
		n++
		if _, size := utf8.DecodeRuneInString(text[i:]); unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == utf8.RuneError && size == 1 {
			report(path, "第 %d 个字是看不见的控制字符（%U），请删掉", n, r)
			return
		}
	}
}

// visible is a text for a message on one line.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '�'
		}
		return r
	}, text)
}

// check a button that does something.
func (b Button) check(path string, nameLimit int, report func(string, string, ...any)) {
	b.checkName(path, nameLimit, report)
	checkRunes(path+".key", b.Key, report)
	checkRunes(path+".url", b.URL, report)
	switch {
	case b.Type != "":
		report(path+".type", "不支持 %s 类型的按钮", b.Type)
	case b.Key != "" && b.URL != "":
		report(path, "key（发给机器人的话）和 url（打开的网页）只能写一个")
	case b.URL != "":
		if u, err := url.Parse(b.URL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			report(path+".url", "网址要以 https:// 开头")
		}
		if n := len(b.URL); n > maxURL {
			report(path+".url", "网址太长：最多 %d 字节，现在是 %d 字节", maxURL, n)
		}
	case b.Key == "" && b.Buttons == nil:
		report(path, "缺少 key（发给机器人的话）或 url（打开的网页）")
	case len(b.Key) > maxKey:
		report(path+".key", "key 太长：最多 %d 字节，现在是 %d 字节", maxKey, len(b.Key))
	}
}

// PushMenu replaces the account's menu. Phones show it within minutes. The menu
// must pass Check.
func (c *Client) PushMenu(ctx context.Context, m Menu) error {
	if problems := m.Check(); len(problems) > 0 {
		return fmt.Errorf("wechat: menu/create: %s: %s", problems[0].Path, problems[0].Text)
	}
	r, err := post("menu/create", map[string]any{"button": wireButtons(m.Buttons)})
	if err != nil {
		return err
	}
	return c.call(ctx, r, nil)
}

// Menu gives the menu that the API has set; ErrNoMenu when there is none.
func (c *Client) Menu(ctx context.Context) (Menu, error) {
	var res menu.ResMenu
	if err := c.call(ctx, request{api: "menu/get"}, &res); err != nil {
		return Menu{}, err
	}
	var m Menu
	for _, b := range res.Menu.Button {
		m.Buttons = append(m.Buttons, readButton(&b))
	}
	return m, nil
}

// ClearMenu removes the menu.
func (c *Client) ClearMenu(ctx context.Context) error {
	return c.call(ctx, request{api: "menu/delete"}, nil)
}

func wireButtons(buttons []Button) (all []*menu.Button) {
	for _, b := range buttons {
		switch {
		case b.Buttons != nil:
			all = append(all, menu.NewSubButton(b.Name, wireButtons(b.Buttons)))
		case b.URL != "":
			all = append(all, menu.NewViewButton(b.Name, b.URL))
		default:
			all = append(all, menu.NewClickButton(b.Name, b.Key))
		}
	}
	return all
}

func readButton(w *menu.Button) Button {
	b := Button{Name: w.Name, Key: w.Key, URL: w.URL, Type: w.Type}
	if b.Type == "click" || b.Type == "view" {
		b.Type = ""
	}
	for _, sub := range w.SubButtons {
		b.Buttons = append(b.Buttons, readButton(sub))
	}
	return b
}
