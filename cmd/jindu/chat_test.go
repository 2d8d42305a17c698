package main

import (
	"context"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"jindu/internal/browsertest"
)

// The chat window on a phone as editors use it, scene by scene, each with a new
// follower: what stands in it is what a follower of the account sees.
func TestBrowserChat(t *testing.T) {
	p := startProgram(t, demoReady, command(map[string]string{"JINDU_ADDR": "127.0.0.1:0", "JINDU_DATA": t.TempDir()}, "demo"))
	browser := browsertest.Start(t, 390, 844)
	say := func(words, answer string) []browsertest.Step {
		return []browsertest.Step{
			chromedp.SetValue(chromedp.CSS(`#type input`), words), chromedp.Click(chromedp.CSS(`#type button`)), browsertest.Says(answer),
		}
	}
	press := func(selector string) browsertest.Step { return chromedp.Click(chromedp.CSS(selector)) }
	follow := []browsertest.Step{press(`button[value="follow"]`), browsertest.Says("您好")}
	more := press(`.more summary`)
	for _, scene := range []struct {
		name  string
		steps [][]browsertest.Step
		check string // a JavaScript expression that must hold
	}{
		{"menu", [][]browsertest.Step{follow, {press(`.account details:first-of-type summary`), browsertest.Says("认识毒品")}},
			`document.querySelectorAll(".account .sub")[0].checkVisibility() && !document.querySelectorAll(".account .sub")[1].checkVisibility()`},
		{"button", [][]browsertest.Step{follow, {press(`.account details:nth-of-type(2) summary`), press(`.account details[open] button[value="急救"]`), browsertest.Says("您点了菜单“急救”")}},
			`!document.querySelector(".account details[open]")`},
		{"card", [][]browsertest.Step{follow, {more, press(`button[value="plain"]`), browsertest.Says("没有认证的公众号：")}, say("依托咪酯长什么样", "看图：")},
			`document.querySelector(".news img").naturalWidth > 0 && !document.querySelector(".account")`},
		{"quiz", [][]browsertest.Step{follow, say("答题 looks", "第 1 题")},
			`document.querySelector(".sent").naturalWidth > 0 && document.querySelector(".sent").getBoundingClientRect().top < [...document.querySelectorAll(".bubble")].at(-1).getBoundingClientRect().top`},
		{"scene", [][]browsertest.Step{follow, {more, chromedp.SetValue(chromedp.CSS(`.more input[name="text"]`), longtang), press(`button[value="scan"]`), browsertest.Says("龙塘镇")}},
			`!!document.querySelector('a.tap[href*="/s/"][href*="?as="]')`},
		{"follow by scene", [][]browsertest.Step{{more, chromedp.SetValue(chromedp.CSS(`.more input[name="text"]`), longtang), press(`button[value="follow-scene"]`), browsertest.Says("龙塘镇")}},
			`document.body.innerText.includes("您好") && !!document.querySelector('a.tap[href*="/s/"][href*="?as="]')`},
	} {
		t.Run(scene.name, func(t *testing.T) {
			tab := browsertest.Tab(t, browser, 390, 844)
			browsertest.Do(t, tab, chromedp.Navigate(p.base+"/dev/chat"))
			for _, steps := range scene.steps {
				browsertest.Do(t, tab, steps...)
			}
			loaded := `[...document.images].every(i => i.complete)`
			browsertest.Do(t, tab, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Run(ctx, chromedp.Poll[bool](loaded))
				return err
			}))
			if !browsertest.Eval[bool](t, tab, scene.check) {
				t.Errorf("not %s", scene.check)
			}
			if n := browsertest.Eval[int](t, tab, `document.documentElement.scrollWidth`); n > 390 {
				t.Errorf("%d px wide", n)
			}
			if low := browsertest.Eval[string](t, tab, `[...document.querySelectorAll("button,summary,a.tap,.account a,input:not([type=hidden])")].filter(e => e.checkVisibility() && e.offsetHeight < 44).map(e => e.outerHTML).join()`); low != "" {
				t.Errorf("lower than 44 px: %s", low)
			}
			if slices.Contains([]string{"menu", "card", "quiz", "scene"}, scene.name) {
				browsertest.Do(t, tab, shot("chat-"+scene.name))
			}
		})
	}
}
