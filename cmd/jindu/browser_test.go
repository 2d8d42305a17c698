package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"jindu/internal/browsertest"
)

// shot keeps a picture for the README when JINDU_SHOTS names a folder.
func shot(name string) browsertest.Step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		dir := os.Getenv("JINDU_SHOTS")
		if dir == "" {
			return nil
		}
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	})
}

var (
	demoReady = regexp.MustCompile(`办公室　+(http://\S+)/office/`)
	password  = regexp.MustCompile(`一次性口令 (\S+)`)
	sampleURL = regexp.MustCompile(`示例问卷　+(\S+)`)
)

// The demo as a newcomer sees it: a resident with large letters on a small phone
// answers, and the office's page shows the count move; someone talks to the bot.
func TestBrowserDemo(t *testing.T) {
	p := startProgram(t, demoReady, command(map[string]string{"JINDU_ADDR": "127.0.0.1:0", "JINDU_DATA": t.TempDir()}, "demo", "--sample", "600"))
	office := browsertest.Start(t, 1280, 900)
	count := `document.querySelector('[data-key="total"] [data-f="responses"]').textContent`
	browsertest.Do(t, office,
		chromedp.Navigate(p.base+"/office/"),
		chromedp.SetValue(chromedp.CSS(`input[name="name"]`), demoAccount),
		chromedp.SetValue(chromedp.CSS(`input[name="password"]`), p.find(t, password)),
		chromedp.Click(chromedp.CSS(`main form button`)),
		browsertest.Says("琼山区"),
		chromedp.Click(chromedp.CSS(`a[href*="qiongshan-2026"]`)),
		chromedp.WaitVisible(chromedp.CSS(`[data-key="total"]`)),
		browsertest.Says("满意率"),
		shot("office"),
	)
	before := browsertest.Eval[string](t, office, count)

	phone := browsertest.Tab(t, office, 360, 740)
	page := p.find(t, sampleURL)
	browsertest.Do(t, phone, chromedp.Navigate(page), chromedp.WaitVisible(chromedp.CSS("#survey")), shot("questionnaire"))
	if n := browsertest.Eval[int](t, phone, `performance.getEntriesByType("resource").filter(r => !r.name.startsWith("data:")).length`); n != 0 {
		t.Errorf("the questionnaire takes %d more requests", n)
	}
	if browsertest.Eval[bool](t, phone, `document.documentElement.style.fontSize='200%'; document.documentElement.scrollWidth > 360`) {
		t.Error("with large letters the page is wider than the phone")
	}
	if n := browsertest.Eval[int](t, phone, `[...document.querySelectorAll('button,.choice,select')].filter(e => e.offsetHeight < 60).length`); n > 0 {
		t.Errorf("%d things to tap are lower than 60 px", n)
	}
	// Sent too early, the page says what is missing and keeps what was chosen.
	browsertest.Do(t, phone,
		chromedp.Click(chromedp.CSS(`input[name="satisfaction"][value="satisfied"]`)),
		chromedp.Click(chromedp.CSS(`#survey > button:last-of-type`)),
		browsertest.Says("还没有回答"),
	)
	for _, answer := range []string{"k1=b", "k2=c", "k3=a", "k4=b", "channel=poster"} {
		name, value, _ := strings.Cut(answer, "=")
		browsertest.Do(t, phone, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name=%q][value=%q]`, name, value))))
	}
	browsertest.Do(t, phone,
		chromedp.SetValue(chromedp.CSS(`textarea[name="remark"]`), "讲得很清楚"),
		chromedp.Click(chromedp.CSS(`#survey > button:last-of-type`)),
		browsertest.Says("提交成功"),
	)
	browsertest.Do(t, office,
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			moved := chromedp.Poll[bool](fmt.Sprintf(`%s !== %q`, count, before), chromedp.WithPollingTimeout(2*time.Second*raceFactor))
			_, err := chromedp.Run(ctx, moved)
			return err
		}),
	)
	after := browsertest.Eval[string](t, office, count)
	if number(t, after) != number(t, before)+1 {
		t.Errorf("the office's page went from %s to %s", before, after)
	}

	chat := browsertest.Tab(t, office, 390, 844)
	browsertest.Do(t, chat, chromedp.Navigate(p.base+"/dev/chat"), chromedp.Click(chromedp.CSS(`button[value="follow"]`)))
	for _, c := range []struct{ say, hear string }{{"答题", "第 1 题"}, {"依托咪酯是什么", "第二类精神药品"}} {
		browsertest.Do(t, chat,
			chromedp.SetValue(chromedp.CSS(`#type input`), c.say),
			chromedp.Click(chromedp.CSS(`#type button`)),
			browsertest.Says(c.hear),
		)
	}
	browsertest.Do(t, chat, shot("chat"))
}

// find waits for a line of the program's output.
func (p *program) find(t testing.TB, pattern *regexp.Regexp) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := pattern.FindStringSubmatch(p.output()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("no %v in\n%s", pattern, p.output())
	return ""
}

func number(t testing.TB, text string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(strings.ReplaceAll(text, ",", ""), &n); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return n
}
