package office_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jindu/internal/office"
)

func TestPassword(t *testing.T) {
	h, err := office.HashPassword("十个字的口令一二三四")
	if err != nil || !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%q, %v", h, err)
	}
	if again, _ := office.HashPassword("十个字的口令一二三四"); again == h {
		t.Error("no salt")
	}
	if _, err := office.HashPassword("九个字的口令一二三"); err != office.ErrShortPassword {
		t.Errorf("short: %v", err)
	}
	seen := map[string]bool{}
	for range 1000 {
		p := office.NewPassword()
		if len(p) != 19 || strings.Count(p, "-") != 3 || strings.ContainsAny(p, "01lo") || seen[p] {
			t.Fatalf("password %q", p)
		}
		seen[p] = true
	}
	if _, err := office.HashPassword(office.NewPassword()); err != nil {
		t.Errorf("a one-time password: %v", err)
	}
}

func TestLogin(t *testing.T) {
	f := newFixture(t)
	f.account("琼山办", office.RoleDistrict, "460107")
	b := f.browser()

	res := b.get("/office/surveys/" + qiongshan + "?by=village")
	f.expect(res, http.StatusSeeOther)
	back := res.Header.Get("Location")
	if want := "/office/login?next=" + url.QueryEscape("/office/surveys/"+qiongshan+"?by=village"); back != want {
		t.Fatalf("sent to %s", back)
	}
	f.expect(b.get(back), http.StatusOK, `name="name"`, `name="password"`, `value="/office/surveys/qiongshan-2026?by=village"`)

	wrong, unknown := b.login("琼山办", "wrong password"), b.login("nobody", "wrong password")
	f.expect(wrong, http.StatusUnauthorized, "账号或口令不对")
	if strings.ReplaceAll(wrong.body, "琼山办", "nobody") != unknown.body || unknown.StatusCode != wrong.StatusCode {
		t.Error("the answer tells which accounts there are")
	}
	if strings.Contains(wrong.body, "wrong password") {
		t.Error("the password comes back")
	}

	res = b.post("/office/login", url.Values{"name": {" 琼山办 "}, "password": {password}, "next": {"/office/surveys/" + qiongshan + "?by=village"}})
	f.expect(res, http.StatusSeeOther)
	if res.Header.Get("Location") != "/office/surveys/"+qiongshan+"?by=village" {
		t.Errorf("led to %s", res.Header.Get("Location"))
	}
	cookie := res.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure || cookie.MaxAge != 12*3600 {
		t.Errorf("cookie %+v", cookie)
	}
	if strings.Contains(cookie.Value, password) {
		t.Error("the cookie holds the password")
	}
	f.expect(b.get("/office/"), http.StatusOK, "2026年琼山区禁毒工作群众满意度调查", "琼山办", "退出")
	f.expect(b.get("/office/login"), http.StatusSeeOther)
}

// Over https the cookie goes nowhere else.
func TestSecureCookie(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Secure = true })
	f.account("a", office.RoleDistrict, "")
	cookie := f.browser().login("a", password).Cookies()[0]
	if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("cookie %+v", cookie)
	}
}

func TestLoginGoesNowhereElse(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	for _, next := range []string{
		"https://evil.example/office/", "//evil.example/office/", `/\evil.example`, `/office/\..\..`, "/s/x", "javascript:alert(1)",
		"/office/login\r\nX: y", "", "http:/office/", "//office/",
	} {
		res := f.browser().post("/office/login", url.Values{"name": {"a"}, "password": {password}, "next": {next}})
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/office/" {
			t.Errorf("next %q: %s to %q", next, res.Status, got)
		}
		f.h.ForgetLimits()
	}
}

func TestLoginRefusesForms(t *testing.T) {
	f := newFixture(t)
	b := f.browser()
	f.expect(b.login("", password), http.StatusBadRequest)
	f.expect(b.login("a", ""), http.StatusBadRequest)
	f.expect(b.login(strings.Repeat("a", 65), "x"), http.StatusBadRequest)
	f.expect(b.login("a", strings.Repeat("x", 9<<10)), http.StatusBadRequest)
}

func TestLoginLimited(t *testing.T) {
	f := newFixture(t)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f.setClock(at)
	f.account("a", office.RoleDistrict, "")
	b := f.browser()
	for range 10 {
		f.expect(b.login("a", "wrong password"), http.StatusUnauthorized)
	}
	res := b.login("a", password)
	f.expect(res, http.StatusTooManyRequests, "一分钟后再试")
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for i := range 19 { // others of the same office come through, until it is too much
		f.expect(b.login(fmt.Sprint("name ", i), "wrong password"), http.StatusUnauthorized)
	}
	f.expect(b.login("another", "wrong password"), http.StatusTooManyRequests)
	f.setClock(at.Add(time.Minute))
	f.expect(b.login("a", password), http.StatusSeeOther)
}

// ended expects that a browser's session holds no more, on pages and API alike.
func (f *fixture) expectEnded(b *browser) {
	f.Helper()
	f.expect(b.get("/office/"), http.StatusSeeOther)
	f.expect(b.get("/api/surveys/"+qiongshan+"/tally"), http.StatusUnauthorized, `"code":"unauthorized"`)
}

func TestLogout(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	b, other := f.as("a"), f.as("a")
	copied := b.client.Jar.Cookies(b.request(http.MethodGet, "/", nil).URL)[0]
	f.expect(b.post("/office/logout", nil), http.StatusSeeOther)
	f.expectEnded(b)

	thief := f.browser()
	r := thief.request(http.MethodGet, "/office/", nil)
	r.AddCookie(copied)
	f.expect(thief.do(r), http.StatusSeeOther)
	f.expect(other.get("/office/"), http.StatusOK)
}

func TestSessionEnds(t *testing.T) {
	for name, end := range map[string]func(f *fixture){
		"changed password": func(f *fixture) {
			h, err := office.HashPassword("another password")
			if err != nil {
				f.Fatal(err)
			}
			if err := f.store.PutAccount(f.Context(), office.Account{Name: "a", Role: office.RoleDistrict, Hash: h}); err != nil {
				f.Fatal(err)
			}
		},
		"removed account": func(f *fixture) {
			if err := f.store.RemoveAccount(f.Context(), "a"); err != nil {
				f.Fatal(err)
			}
		},
		"12 hours": func(f *fixture) { f.setClock(time.Now().Add(12 * time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account("a", office.RoleDistrict, "")
			b := f.as("a")
			f.expect(b.get("/office/"), http.StatusOK)
			end(f)
			f.expectEnded(b)
		})
	}
}

func TestForgedSession(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	b := f.as("a")
	u := b.request(http.MethodGet, "/", nil).URL
	cookie := b.client.Jar.Cookies(u)[0]
	for i := range cookie.Value {
		changed := []byte(cookie.Value)
		changed[i] ^= 1
		forger := f.browser()
		r := forger.request(http.MethodGet, "/office/", nil)
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: string(changed)})
		if res := forger.do(r); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("character %d changed: %s", i, res.Status)
		}
	}
}
