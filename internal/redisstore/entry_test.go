package redisstore

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"jindu/internal/dedup"
	"jindu/survey"
)

// number gives each word of a response a number, far apart so that some take
// several bytes.
func number(r *survey.Response) (words, map[uint64]string) {
	forth, back := words{}, map[uint64]string{}
	for _, w := range numbered(r) {
		if forth[w] == 0 {
			n := uint64(len(forth)*len(forth)*40 + 1)
			forth[w], back[n] = n, w
		}
	}
	return forth, back
}

func TestPack(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 42, 5, time.UTC)
	for _, r := range []*survey.Response{
		{},
		{Version: 3, Tier: "wechat", Place: "460107100", Point: "东门市场", At: at},
		{Tier: "device", Place: "p", Marks: []string{"fast", "odd mark"}, At: at, Answers: []survey.Answer{
			{Question: "q1", Options: []string{"a"}},
			{Question: "q2", Options: []string{"a", "b", "c"}},
			{Question: "q2", Options: []string{""}},
			{Question: "remark", Text: strings.Repeat("建议\n\x00", 100)},
			{Question: "both", Options: []string{"a", "other"}, Text: "自填"},
			{Question: "empty"},
			{Question: ""},
		}},
	} {
		forth, back := number(r)
		packed := pack(r, forth)
		got, err := unpack(packed, back)
		want := survey.LogEntry{Version: r.Version, Tier: r.Tier, Place: r.Place, Point: r.Point, Marks: r.Marks, Answers: r.Answers}
		if !r.At.IsZero() {
			want.At = r.At.Truncate(time.Minute)
		} else {
			want.At = time.Unix(0, 0)
		}
		if !got.At.Equal(want.At) {
			t.Errorf("at %v, want %v", got.At, want.At)
		}
		got.At = want.At
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
		}
		for cut := range packed {
			if _, err := unpack(packed[:cut], back); err == nil {
				t.Errorf("cut at %d of %d: no error", cut, len(packed))
			}
		}
	}
}

// FuzzUnpack: damage is an error, never a panic or an endless loop.
func FuzzUnpack(f *testing.F) {
	r := loadResponse(7)
	r.Marks, r.Answers[3].Text = []string{"fast"}, "建议"
	forth, back := number(r)
	f.Add(pack(r, forth))
	f.Add([]byte{1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, packed []byte) {
		if e, err := unpack(packed, back); err == nil && len(e.Answers)+len(e.Marks) > len(packed) {
			t.Errorf("%d bytes gave %d answers", len(packed), len(e.Answers))
		}
	})
}

func TestLocate(t *testing.T) {
	seen := map[[2]int]bool{}
	for n := range int64(20_000) {
		mask := dedup.NewMask(loadSurvey, loadResponse(n).Respondent)
		who := mask.Who()
		for _, parts := range []int{1, clusterParts} {
			number, bucket := locate(who, parts)
			if number < 0 || number >= parts || bucket < 0 || bucket >= buckets/parts {
				t.Fatalf("part %d, bucket %d of %d parts", number, bucket, parts)
			}
			if parts > 1 {
				seen[[2]int{number, bucket}] = true
			}
		}
	}
	if len(seen) < buckets/2 { // 20,000 at random reach 70 %
		t.Errorf("only %d buckets are used", len(seen))
	}
}
