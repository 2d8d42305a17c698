package survey

import (
	"net/url"
	"strings"
	"testing"
)

func TestMaskNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"请打13800138000找我":         "请打***找我",
		"138 0013 8000":           "***",
		"138-0013-8000。":          "***。",
		"１３８００１３８０００":             "***",
		"一三八〇〇一三八〇〇〇":             "***",
		"幺三八零零幺三八零零零":             "***",
		"身份证46010719900101123X谢谢": "身份证***谢谢",
		"46010719900101123Ｘ":      "***",
		"(0898) 6589 1234":        "(***",
		"①③⑧⓪⓪①③⑧":                "***",
		"壹叁捌零零壹叁捌":                "***",
		"138~1234~5678":           "***",
		"2026年11月开了3次会":           "2026年11月开了3次会",
		"拨打110、12":                "拨打110、12",
		"12345":                   "***",
		"1234":                    "1234",
		"12 34":                   "12 34",
		"第1名，第2名，第3名，第4名，第5名": "第1名，第2名，第3名，第4名，第5名",
		"":                         "",
		"没有数字":                     "没有数字",
		"1234\n5":                  "***",
		"QQ:123456，微信:wx_1234567a": "QQ:***，微信:wx_***a",
	} {
		if got := MaskNumbers(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzMaskNumbers(f *testing.F) {
	f.Add("138 0013 8000")
	f.Add("一二三四五")
	f.Fuzz(func(t *testing.T, s string) {
		masked := MaskNumbers(s)
		run := 0
		for _, r := range masked {
			if !isDigit(r) {
				run = 0
			} else if run++; run >= 5 {
				t.Fatalf("%q keeps a number: %q", s, masked)
			}
		}
		if MaskNumbers(masked) != masked {
			t.Fatalf("%q is masked in two steps", s)
		}
	})
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestParseAnswers(t *testing.T) {
	_, q := defaultContent(t)
	good := []string{"satisfaction", "satisfied", "k1", "b", "k2", "c", "k3", "a", "k4", "dont_know"}
	answers, wrong := ParseAnswers(q, form(append(good,
		"channel", "tv", "channel", "police", "channel", "tv", "residence", longtang, "residence_other", "x",
		"remark", " 谢谢\r\n我的电话\x0013800138000 ", "unknown", "1")...))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	byID := map[string]Answer{}
	for _, a := range answers {
		byID[a.Question] = a
	}
	if got := strings.Join(byID["channel"].Options, " "); got != "police tv" {
		t.Errorf("channel %q", got)
	}
	if got := byID["remark"].Text; got != "谢谢\n我的电话***" {
		t.Errorf("remark %q", got)
	}
	if byID["residence"].Options[0] != longtang || len(answers) != 8 {
		t.Errorf("answers %v", answers)
	}
	// What need not be answered may be left out, blank too.
	if answers, wrong = ParseAnswers(q, form(append(good, "remark", "  ", "channel", "")...)); len(wrong) > 0 || len(answers) != 5 {
		t.Errorf("%d answers, %v", len(answers), wrong)
	}
}

func TestParseAnswersRefuses(t *testing.T) {
	_, q := defaultContent(t)
	for name, x := range map[string]struct {
		question string
		more     url.Values
	}{
		"missing":        {"k1", form("k1", "")},
		"unknown option": {"k1", form("k1", "z")},
		"two of one":     {"k1", form("k1", "a", "k1", "b")},
		"too long":       {"remark", form("remark", strings.Repeat("长", 201))},
		"elsewhere":      {"residence", form("residence", "460108101")},
		"unknown many":   {"channel", form("channel", "tv", "channel", "radio")},
	} {
		v := form("satisfaction", "satisfied", "k1", "b", "k2", "c", "k3", "a", "k4", "b")
		for k, values := range x.more {
			v[k] = values
		}
		answers, wrong := ParseAnswers(q, v)
		if answers != nil || len(wrong) != 1 || wrong[x.question] == "" {
			t.Errorf("%s: %v, %v", name, answers, wrong)
		}
	}
	if _, wrong := ParseAnswers(q, url.Values{}); len(wrong) != 5 {
		t.Errorf("an empty form lacks %v", wrong)
	}
}

// "Don't know" and an answer at once contradict each other.
func TestParseAnswersOnly(t *testing.T) {
	_, q := defaultContent(t)
	channel := q.Question("channel")
	channel.Options[0].DontKnow = true
	v := form("satisfaction", "satisfied", "k1", "b", "k2", "c", "k3", "a", "k4", "b", "channel", channel.Options[0].ID, "channel", "tv")
	if _, wrong := ParseAnswers(q, v); wrong["channel"] == "" {
		t.Error("accepted")
	}
}
