package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml"

	"jindu/bot"
	"jindu/bot/wechat/api"
	"jindu/content"
)

type menuCmd struct {
	Push  menuPush  `cmd:"" help:"把内容文件夹里的 menu.yaml 发到公众号，几分钟内生效。"`
	Show  menuShow  `cmd:"" help:"打印公众号现在的菜单（YAML，可直接存成 menu.yaml）。"`
	Clear menuClear `cmd:"" help:"删除公众号的菜单。"`
}

type menuPush struct {
	contentFlags
	accountFlags
}

func (c menuPush) Run(ctx context.Context, std streams) error {
	folder, err := content.Read(c.Content)
	if err != nil {
		return err
	}
	lib, err := content.Parse(folder)
	if err != nil {
		return err
	}
	if problems := menuProblems(folder, lib); len(problems) > 0 {
		return fmt.Errorf("菜单没有发出，先改好：\n%w", problems)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.PushMenu(ctx, accountMenu(lib.Menu)); err != nil {
		return menuError(err)
	}
	_, err = fmt.Fprintln(std.out, "菜单已发出，几分钟内生效；重新进入公众号可以马上看到。")
	return err
}

type menuShow struct{ accountFlags }

func (c menuShow) Run(ctx context.Context, std streams) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	menu, err := client.Menu(ctx)
	if errors.Is(err, api.ErrNoMenu) {
		_, err = fmt.Fprintln(std.out, "# 公众号现在没有自定义菜单。")
		return err
	}
	if err != nil {
		return menuError(err)
	}
	text, err := yaml.Marshal(menu)
	if err != nil {
		return err
	}
	_, err = std.out.Write(text)
	return err
}

type menuClear struct{ accountFlags }

func (c menuClear) Run(ctx context.Context, std streams) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.ClearMenu(ctx); err != nil {
		return menuError(err)
	}
	_, err = fmt.Fprintln(std.out, "菜单已删除。")
	return err
}

// menuError also says what there is where the account may have no menu.
func menuError(err error) error {
	if errors.Is(err, api.ErrNoRight) {
		return fmt.Errorf("%w\n没有菜单时，关注后的问候和“菜单”二字就是菜单，所有功能照常可用", apiError(err))
	}
	return apiError(err)
}

// accountMenu is the menu as WeChat's API takes it.
func accountMenu(m content.Menu) api.Menu { return api.Menu{Buttons: accountButtons(m.Buttons)} }

func accountButtons(buttons []content.Button) (all []api.Button) {
	for _, b := range buttons {
		all = append(all, api.Button{Name: b.Name, Key: b.Key, URL: b.URL, Buttons: accountButtons(b.Buttons)})
	}
	return all
}

// menuProblems is what WeChat would refuse in the menu, and the keys that the bot
// has no answer to.
func menuProblems(folder content.Folder, lib *content.Library) (problems content.Problems) {
	for _, p := range accountMenu(lib.Menu).Check() {
		problems = append(problems, folder.MenuProblem(p.Path, p.Text))
	}
	paths := map[string][]string{}
	keyPaths(lib.Menu.Buttons, "$", paths)
	for _, key := range bot.Unanswered(lib, slices.Sorted(maps.Keys(paths))) {
		for _, path := range paths[key] {
			problems = append(problems, folder.MenuProblem(path, "机器人不认识“"+key+"”：请写它能回答的话，比如“菜单”“答题”“举报”"))
		}
	}
	return problems
}

// keyPaths collects the YAML paths of every key.
func keyPaths(buttons []content.Button, path string, paths map[string][]string) {
	for i, b := range buttons {
		at := fmt.Sprintf("%s.buttons[%d]", path, i)
		if b.Key != "" {
			paths[b.Key] = append(paths[b.Key], at+".key")
		}
		keyPaths(b.Buttons, at, paths)
	}
}
