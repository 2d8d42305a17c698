package office_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"jindu/internal/office"
)

func TestShot(t *testing.T) {
	if os.Getenv("SHOT") == "" {
		t.Skip()
	}
	f := newFixture(t)
	f.account("琼山办", office.RoleDistrict, "")
	f.account("town", office.RoleTownship, longtang)
	opts := []string{"very_satisfied", "very_satisfied", "very_satisfied", "satisfied", "satisfied", "neutral", "dissatisfied", "dont_know"}
	q := f.lib.Questionnaires[qiongshan]
	for i, tn := range q.Place.Children {
		if i == 4 {
			continue
		}
		for range (i*7)%41 + 3 {
			f.submit(qiongshan, tn.Children[rand.IntN(4)].Code, "", opts[rand.IntN(8)])
		}
		for range 12 {
			f.submit(qiongshan, tn.Code, "镇政府门口", opts[rand.IntN(8)])
		}
	}
	for i, tn := range f.lib.Questionnaires[meilan].Place.Children {
		if tn.Unit {
			i = 20
		}
		for range i {
			f.submit(meilan, tn.Code, "", opts[rand.IntN(8)])
		}
	}
	q.Targets = map[string]int{longtang: 40, "460107001": 100}
	b := f.as("琼山办")
	u := b.request("GET", "/", nil).URL
	fmt.Println("URL", f.server.URL, "COOKIE", b.client.Jar.Cookies(u)[0].Name, b.client.Jar.Cookies(u)[0].Value)
	for {
		if _, err := os.Stat("/tmp/shot-stop"); err == nil {
			return
		}
		if _, err := os.Stat("/tmp/shot-bad"); err == nil {
			f.mu.Lock()
			f.status.Problems = []string{"drugs/yituomizhi.md:3:1: 缺少 reviewed", "laws/xingfa.md:10:4: 没有标题"}
			f.mu.Unlock()
		}
		if _, err := os.Stat("/tmp/shot-more"); err == nil {
			os.Remove("/tmp/shot-more")
			for range 5 {
				f.submit(qiongshan, longtang, "", "satisfied")
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
}
