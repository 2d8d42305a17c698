package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"jindu/survey"
)

// patience bounds every wait for something that must happen.
const patience = 30 * time.Second

// chromium opens a phone's screen that ends with the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.UserDataDir(t.TempDir()))
	// Not of t.Context(), which ends before the browser has left its folder.
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	act(t, ctx, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	return ctx
}

func act(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		// The first call starts the browser, for as long as its context lives.
		if chromedp.FromContext(ctx).Target == nil {
			if err := chromedp.Do(ctx, s); err != nil {
				t.Fatal(err)
			}
			continue
		}
		within, cancel := context.WithTimeout(ctx, patience)
		err := chromedp.Do(within, s)
		cancel()
		if err != nil {
			t.Fatalf("step %d: %v; the page says:\n%s", i+1, err, look[string](t, ctx, "document.body.innerText"))
		}
	}
}

type step = chromedp.Action[chromedp.Void]

// look evaluates JavaScript.
func look[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	value, err := chromedp.Run(within, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return value
}

// do evaluates JavaScript for what it changes.
func do(js string) step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[any](js+"; 0"))
		return err
	})
}

// says waits until the page shows a text, over navigations.
func says(text string) step {
	return chromedp.WaitVisible(chromedp.Search(`//body//*[not(self::script)][contains(text(), "` + text + `")]`))
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
	act(t, ctx, do(`document.documentElement.style.fontSize = '200%'`))
	if wide := look[float64](t, ctx, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("at twice the font size the page is %v pixels wide", wide)
	}
	act(t, ctx, do(`document.documentElement.style.fontSize = ''`))
}

func TestBrowserFillsIn(t *testing.T) {
	s := newSite(t)
	ctx := chromium(t)
	act(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)))
	fits(t, ctx)
	if low := look[float64](t, ctx, `Math.min.apply(null, [].map.call(document.querySelectorAll('label,button,select,textarea'),
		function (e) { return e.getBoundingClientRect().height; }))`); low < 60 {
		t.Errorf("something to tap is %v pixels high", low)
	}
	act(t, ctx, chromedp.Click(send), says("这道题还没有回答"))
	if n := s.store.submits.Load(); n != 0 {
		t.Errorf("%d submissions without answers", n)
	}
	act(t, ctx, do(answerAll), chromedp.SendKeys(remark, "好"), chromedp.Blur(remark))
	if n := look[int](t, ctx, kept); n != 1 {
		t.Errorf("the phone keeps %d forms", n)
	}
	act(t, ctx, chromedp.Reload(), chromedp.WaitVisible(send))
	if got := look[string](t, ctx, "document.querySelector('textarea').value"); got != "好" {
		t.Errorf("after a reload the remark is %q", got)
	}
	act(t, ctx, chromedp.Click(send), says("提交成功，"))
	fits(t, ctx)
	if n := look[int](t, ctx, kept); n != 0 {
		t.Error("the phone keeps answers that were sent")
	}
	s.expect(1)
}

func TestBrowserLosesTheNetwork(t *testing.T) {
	s := newSite(t)
	ctx := chromium(t)
	act(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)), do(answerAll))
	s.cut.Store(true)
	act(t, ctx, chromedp.Click(send), says("已存在这部手机上"))
	s.expect(0)
	s.cut.Store(false)
	act(t, ctx, do(`window.dispatchEvent(new Event('online'))`), says("提交成功，"))
	s.expect(1)
}

func TestBrowserSendsAgain(t *testing.T) {
	s := newSite(t)
	unknown := survey.ErrUnknown
	s.store.after.Store(&unknown) // it is stored, and the phone does not learn it
	ctx := chromium(t)
	url := s.server.URL + s.ticket(township)
	act(t, ctx, chromedp.Navigate(url), do(answerAll), chromedp.Click(send), says("正在自动重试"))
	s.expect(1)
	s.store.after.Store(nil)
	act(t, ctx, says("提交成功，")) // by itself
	s.expect(1)
	if n := look[int](t, ctx, kept); n != 0 {
		t.Error("the phone keeps answers that were sent")
	}

	// The page was closed meanwhile.
	other := chromium(t)
	s.store.after.Store(&unknown)
	act(t, other, chromedp.Navigate(url), do(answerAll), chromedp.Click(send), says("正在自动重试"), chromedp.Navigate("about:blank"))
	s.expect(2)
	s.store.after.Store(nil)
	act(t, other, chromedp.Navigate(url), says("提交成功，"))
	s.expect(2)
}

// On a staff member's phone nothing of one person is there for the next.
func TestBrowserAssisted(t *testing.T) {
	s := newSite(t)
	ctx := chromium(t)
	url := s.server.URL + s.ticket(township, assisted)
	act(t, ctx, chromedp.Navigate(url), chromedp.SendKeys(chromedp.ID("pin"), testPIN), chromedp.Submit(chromedp.ID("pin")),
		chromedp.WaitVisible(send), do(answerAll), chromedp.SendKeys(remark, "上一位的话"), chromedp.Click(send), says("已收到"))
	if n := look[int](t, ctx, kept); n != 0 {
		t.Errorf("the phone keeps %d forms", n)
	}
	act(t, ctx, chromedp.NavigateBack(), chromedp.WaitReady(chromedp.CSS("body")))
	if n, text := look[int](t, ctx, chosen), look[string](t, ctx, "document.body.innerText"); n != 0 || strings.Contains(text, "上一位") {
		t.Errorf("back shows %d choices and\n%s", n, text)
	}
	act(t, ctx, chromedp.Navigate(url), chromedp.WaitVisible(send), do(answerAll), chromedp.Click(send), says("已收到"),
		chromedp.Click(chromedp.CSS("a.button")), chromedp.WaitVisible(send))
	if n, text := look[int](t, ctx, chosen), look[string](t, ctx, "document.querySelector('textarea').value"); n != 0 || text != "" {
		t.Errorf("the next person finds %d choices and %q", n, text)
	}
	s.expect(2)
}

// The server's page tells what only the server sees.
func TestBrowserShowsTheServersPage(t *testing.T) {
	s := newSite(t)
	ctx := chromium(t)
	act(t, ctx, chromedp.Navigate(s.server.URL+s.ticket(township)), do(answerAll),
		do(`document.querySelector('[name=residence]').firstChild.value = 'x'`), chromedp.Click(send), says("还差一点"))
	if n := look[int](t, ctx, chosen); n != 5 {
		t.Errorf("%d choices came back", n)
	}
	act(t, ctx, chromedp.Click(send), says("提交成功，"))
	s.expect(1)
}
