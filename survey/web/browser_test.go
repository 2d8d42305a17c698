package web

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"jindu/internal/browsertest"
	"jindu/survey"
)

// do evaluates JavaScript for what it changes.
func do(js string) browsertest.Step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[any](js+"; 0"))
		return err
	})
}

// answerAll taps the first choice of every question that must be answered.
const answerAll = `document.querySelectorAll('[data-required]').forEach(function (q) { q.querySelector('label').click(); })`

const (
	send   = chromedp.CSS("#survey > button")
	remark = chromedp.CSS("textarea")
	kept   = "Object.keys(localStorage).length"
	chosen = "document.querySelectorAll('input:checked').length"
)

// fits looks whether the page stays within the screen at twice the font size.
func fits(t *testing.T, ctx context.Context) {
	t.Helper()
	browsertest.Do(t, ctx, do(`document.documentElement.style.fontSize = '200%'`))
	if wide := browsertest.Eval[float64](t, ctx, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("at twice the font size the page is %v pixels wide", wide)
	}
	browsertest.Do(t, ctx, do(`document.documentElement.style.fontSize = ''`))
}

func TestBrowserFillsIn(t *testing.T) {
	s := newSite(t)
	ctx := browsertest.Start(t, 360, 740)
	browsertest.Do(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)))
	fits(t, ctx)
	if low := browsertest.Eval[float64](t, ctx, `Math.min.apply(null, [].map.call(document.querySelectorAll('label,button,select,textarea'),
		function (e) { return e.getBoundingClientRect().height; }))`); low < 60 {
		t.Errorf("something to tap is %v pixels high", low)
	}
	browsertest.Do(t, ctx, chromedp.Click(send), browsertest.Says("这道题还没有回答"))
	if n := s.store.submits.Load(); n != 0 {
		t.Errorf("%d submissions without answers", n)
	}
	browsertest.Do(t, ctx, do(answerAll), chromedp.SendKeys(remark, "好"), chromedp.Blur(remark))
	if n := browsertest.Eval[int](t, ctx, kept); n != 1 {
		t.Errorf("the phone keeps %d forms", n)
	}
	browsertest.Do(t, ctx, chromedp.Reload(), chromedp.WaitVisible(send))
	if got := browsertest.Eval[string](t, ctx, "document.querySelector('textarea').value"); got != "好" {
		t.Errorf("after a reload the remark is %q", got)
	}
	browsertest.Do(t, ctx, chromedp.Click(send), browsertest.Says("提交成功，"))
	fits(t, ctx)
	if n := browsertest.Eval[int](t, ctx, kept); n != 0 {
		t.Error("the phone keeps answers that were sent")
	}
	s.expect(1)
}

func TestBrowserLosesTheNetwork(t *testing.T) {
	s := newSite(t)
	ctx := browsertest.Start(t, 360, 740)
	browsertest.Do(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)), do(answerAll))
	s.cut.Store(true)
	browsertest.Do(t, ctx, chromedp.Click(send), browsertest.Says("已存在这部手机上"))
	s.expect(0)
	s.cut.Store(false)
	browsertest.Do(t, ctx, do(`window.dispatchEvent(new Event('online'))`), browsertest.Says("提交成功，"))
	s.expect(1)
}

func TestBrowserSendsAgain(t *testing.T) {
	s := newSite(t)
	unknown := survey.ErrUnknown
	s.store.after.Store(&unknown) // it is stored, and the phone does not learn it
	ctx := browsertest.Start(t, 360, 740)
	url := s.server.URL + s.ticket(township)
	browsertest.Do(t, ctx, chromedp.Navigate(url), do(answerAll), chromedp.Click(send), browsertest.Says("正在自动重试"))
	s.expect(1)
	s.store.after.Store(nil)
	browsertest.Do(t, ctx, browsertest.Says("提交成功，")) // by itself
	s.expect(1)
	if n := browsertest.Eval[int](t, ctx, kept); n != 0 {
		t.Error("the phone keeps answers that were sent")
	}

	// The page was closed meanwhile.
	other := browsertest.Start(t, 360, 740)
	s.store.after.Store(&unknown)
	browsertest.Do(t, other, chromedp.Navigate(url), do(answerAll), chromedp.Click(send), browsertest.Says("正在自动重试"), chromedp.Navigate("about:blank"))
	s.expect(2)
	s.store.after.Store(nil)
	browsertest.Do(t, other, chromedp.Navigate(url), browsertest.Says("提交成功，"))
	s.expect(2)
}

// On a staff member's phone nothing of one person is there for the next.
func TestBrowserAssisted(t *testing.T) {
	s := newSite(t)
	ctx := browsertest.Start(t, 360, 740)
	url := s.server.URL + s.ticket(township, assisted)
	browsertest.Do(t, ctx, chromedp.Navigate(url), chromedp.SendKeys(chromedp.ID("pin"), testPIN), chromedp.Submit(chromedp.ID("pin")),
		chromedp.WaitVisible(send), do(answerAll), chromedp.SendKeys(remark, "上一位的话"), chromedp.Click(send), browsertest.Says("已收到"))
	if n := browsertest.Eval[int](t, ctx, kept); n != 0 {
		t.Errorf("the phone keeps %d forms", n)
	}
	browsertest.Do(t, ctx, chromedp.NavigateBack(), chromedp.WaitReady(chromedp.CSS("body")))
	if n, text := browsertest.Eval[int](t, ctx, chosen), browsertest.Eval[string](t, ctx, "document.body.innerText"); n != 0 || strings.Contains(text, "上一位") {
		t.Errorf("back shows %d choices and\n%s", n, text)
	}
	browsertest.Do(t, ctx, chromedp.Navigate(url), chromedp.WaitVisible(send), do(answerAll), chromedp.Click(send), browsertest.Says("已收到"),
		chromedp.Click(chromedp.CSS("a.button")), chromedp.WaitVisible(send))
	if n, text := browsertest.Eval[int](t, ctx, chosen), browsertest.Eval[string](t, ctx, "document.querySelector('textarea').value"); n != 0 || text != "" {
		t.Errorf("the next person finds %d choices and %q", n, text)
	}
	s.expect(2)
}

// The server's page tells what only the server sees.
func TestBrowserShowsTheServersPage(t *testing.T) {
	s := newSite(t)
	ctx := browsertest.Start(t, 360, 740)
	browsertest.Do(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)), do(answerAll),
		do(`document.querySelector('[name=residence]').firstChild.value = 'x'`), chromedp.Click(send), browsertest.Says("还差一点"))
	if n := browsertest.Eval[int](t, ctx, chosen); n != 5 {
		t.Errorf("%d choices came back", n)
	}
	browsertest.Do(t, ctx, chromedp.Click(send), browsertest.Says("提交成功，"))
	s.expect(1)
}
