package office_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"jindu/content"
	"jindu/internal/browsertest"
	"jindu/internal/office"
)

// await asks until a script is true; while a page gives way to the next there is
// nothing to ask.
func await(t *testing.T, ctx context.Context, script string) {
	t.Helper()
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		so, err := chromedp.Run(within, chromedp.Evaluate[bool](`document.readyState === "complete" && !!(`+script+`)`))
		if so && err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-within.Done():
			t.Fatalf("never %s: %v; the page says:\n%s", script, err, browsertest.Eval[string](t, ctx, pageText))
		}
	}
}

const pageText = `document.body ? document.body.innerText : ""`

// figures is everything on a page that the script fills in, and served the same
// of the page as the server would send it now.
const (
	figures = `window.figures = doc => [...doc.querySelectorAll("#live [data-key], #live [data-q]")].map(e =>
		(e.dataset.key || e.dataset.q) + ": " + e.className.replace("moved", "").trim() + " " +
		e.textContent.replace(/实时更新|\d\d:\d\d:\d\d|的数字/g, "").replace(/\s+/g, " ") +
		[...e.querySelectorAll("svg:not(.off) rect")].map(r => r.getAttribute("x") + " " + r.getAttribute("width")).join(", ")).join("\n")`
	served = `fetch(location.href).then(r => r.text()).then(t => window.served = window.figures(new DOMParser().parseFromString(t, "text/html")))`
)

// TestScriptAgrees: the page moves by itself as answers come in, and then says
// just what the server would say without a script, at every level.
func TestScriptAgrees(t *testing.T) {
	f := newFixture(t)
	q := f.lib.Questionnaires[qiongshan]
	q.Targets = map[string]int{longtang: 40}
	f.account("琼山办", office.RoleDistrict, "")
	for _, v := range q.Place.Children[0].Children[:2] {
		for range 9 {
			f.submit(qiongshan, v.Code, "学校", "satisfied")
		}
	}
	f.submit(qiongshan, longtang, "市场", "satisfied")
	ctx := browsertest.Start(t, 360, 800)
	browsertest.Do(t, ctx,
		chromedp.Navigate(f.server.URL+"/office/"),
		chromedp.SendKeys("#name", "琼山办"), chromedp.SendKeys("#password", password), chromedp.Click("main button"))
	await(t, ctx, `document.querySelector(".figures")`)
	for _, by := range []string{"township", "village", "point"} {
		browsertest.Do(t, ctx, chromedp.Navigate(f.server.URL+"/office/surveys/"+qiongshan+"?by="+by))
		await(t, ctx, `document.querySelector("#state").className === "on"`)
		if width := browsertest.Eval[int](t, ctx, `document.documentElement.scrollWidth`); width > 360 {
			t.Errorf("by %s the page is %d px wide on a screen of 360", by, width)
		}
		before := browsertest.Eval[string](t, ctx, `document.querySelector("[data-key=total] [data-f=responses]").textContent`)
		browsertest.Eval[bool](t, ctx, `window.same = true`) // gone if the page was loaded again
		for i, option := range []string{"dissatisfied", "dont_know", "very_satisfied"} {
			f.submit(qiongshan, longtang, "市场", option)
			f.submit(qiongshan, q.Place.Children[0].Children[i%2].Code, "学校", option)
		}
		await(t, ctx, `Number(document.querySelector("[data-key=total] [data-f=responses]").textContent) === `+before+` + 6`)
		browsertest.Eval[any](t, ctx, "("+figures+", null)")
		moved := browsertest.Eval[string](t, ctx, `window.figures(document)`)
		if !browsertest.Eval[bool](t, ctx, `window.same === true && !!document.querySelector(".moved")`) {
			t.Errorf("by %s the page did not move in place", by)
		}
		browsertest.Eval[any](t, ctx, "("+served+", null)")
		await(t, ctx, `window.served`)
		if anew := browsertest.Eval[string](t, ctx, `window.served`); anew != moved {
			t.Errorf("by %s the script says\n%s\nthe server\n%s", by, moved, anew)
		}
	}
}

// TestPageStates: an open page tells what goes wrong beside the figures, and when it is well again.
func TestPageStates(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Pace(time.Second, 10*time.Millisecond, 100*time.Millisecond) })
	f.account("琼山办", office.RoleDistrict, "")
	ctx := browsertest.Start(t, 360, 800)
	browsertest.Do(t, ctx,
		chromedp.Navigate(f.server.URL+"/office/surveys/"+qiongshan),
		chromedp.SendKeys("#name", "琼山办"), chromedp.SendKeys("#password", password), chromedp.Click("main button"))
	await(t, ctx, `document.querySelector("#state") && document.querySelector("#state").className === "on"`)

	f.mu.Lock()
	f.status = content.Status{Version: "v2", Problems: []string{"drugs/x.md:1:1: <b>错了"}}
	f.mu.Unlock()
	await(t, ctx, `!document.querySelector("#problems").hidden && document.querySelector("#problems li").textContent === "drugs/x.md:1:1: <b>错了"`)
	f.mu.Lock()
	f.status = content.Status{Version: "v3"}
	f.mu.Unlock()
	await(t, ctx, `document.querySelector("#problems").hidden && document.querySelector("#version").textContent === "v3"`)

	f.counts.failWith(context.DeadlineExceeded)
	await(t, ctx, `!document.querySelector("#trouble").hidden`)
	f.counts.failWith(nil)
	await(t, ctx, `document.querySelector("#trouble").hidden`)

	f.server.CloseClientConnections()
	await(t, ctx, `document.querySelector("#state").className === "cut"`)
	await(t, ctx, `document.querySelector("#state").className === "on"`)

	if err := f.store.RemoveAccount(t.Context(), "琼山办"); err != nil {
		t.Fatal(err)
	}
	await(t, ctx, `location.pathname === "/office/login"`)
}
