// Package browsertest drives a real Chromium in tests.
package browsertest

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience bounds each step, and so every wait for something that must happen.
const Patience = 30 * time.Second

// Step is one thing done in a tab.
type Step = chromedp.Action[chromedp.Void]

// Start opens a browser with an empty profile, with one tab of that size in CSS
// pixels; under 500 it is a phone. Both end with the test.
func Start(t testing.TB, width, height int64) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "zh-CN"))
	// Not of t.Context(), which ends before the browser has left its folder.
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	// The first call starts the browser, for as long as its context lives.
	if err := chromedp.Do(ctx, viewport(width, height)); err != nil {
		t.Fatalf("no Chromium (make deps installs it): %v", err)
	}
	return ctx
}

// Tab is another person's screen in the same browser, with cookies of its own.
func Tab(t testing.TB, browser context.Context, width, height int64) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, viewport(width, height)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func viewport(width, height int64) Step {
	options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(2)}
	if width < 500 {
		options = append(options, chromedp.EmulateMobile)
	}
	return chromedp.EmulateViewport(width, height, options...)
}

// Do takes the steps one after another.
func Do(t testing.TB, tab context.Context, steps ...Step) {
	t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(tab, Patience)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			t.Fatalf("step %d: %v; the page says:\n%s", i+1, err, Eval[string](t, tab, "document.body.innerText"))
		}
	}
}

// Eval gives the value of a JavaScript expression.
func Eval[T any](t testing.TB, tab context.Context, js string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, Patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return value
}

// Says waits until the page shows a text, over navigations.
func Says(text string) Step {
	return chromedp.WaitVisible(chromedp.Search(`//body//*[not(self::script)][contains(text(), "` + text + `")]`))
}
