package fake

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	cookieName = "fake_wechat"
	codeLife   = 5 * time.Minute
)

// code of an authorization.
type code struct {
	follower *Follower
	expires  time.Time
	used     bool
}

// authorize is the page that WeChat's browser shows, or rather skips. Who is
// asking is known by a cookie, else the page asks who.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	complain := ""
	switch {
	case q.Get("appid") != s.AppID:
		complain = "AppID 参数错误"
	case !inOrder(r.URL.RawQuery):
		complain = "参数错误"
	case err != nil || (back.Scheme != "http" && back.Scheme != "https") || back.Host == "" ||
		(s.OAuthDomain != "" && back.Hostname() != s.OAuthDomain):
		complain = "redirect_uri域名与后台配置不一致，错误码:10003"
	case q.Get("response_type") != "code":
		complain = "response_type 参数错误"
	case !s.Kind.may(logins) || q.Get("scope") != "snsapi_base":
		complain = "Scope 参数错误或没有 Scope 权限"
	}
	if complain != "" {
		authorizePage.Execute(w, map[string]any{"Complaint": complain})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["connect/oauth2/authorize"]++
	var who *Follower
	if cookie, err := r.Cookie(cookieName); err == nil {
		who = s.sessions[cookie.Value]
	}
	if who == nil {
		var all []*Follower
		for _, f := range s.followers {
			all = append(all, f)
		}
		slices.SortFunc(all, func(a, b *Follower) int { return strings.Compare(a.Name, b.Name) })
		authorizePage.Execute(w, map[string]any{"Followers": all, "Back": r.URL.RequestURI()})
		return
	}
	value := rand.Text()
	s.codes[value] = &code{follower: who, expires: s.Now().Add(codeLife)}
	query := back.Query()
	query.Set("code", value)
	query.Set("state", q.Get("state"))
	back.RawQuery = query.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// inOrder: WeChat refuses parameters in another order.
func inOrder(query string) bool {
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	return slices.Equal(names, []string{"appid", "redirect_uri", "response_type", "scope", "state"})
}

var authorizePage = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>微信（模拟）</title>
{{with .Complaint}}<p>{{.}}</p>{{else}}<p>这是模拟的微信。您是谁？</p><ul>{{range .Followers}}<li><a href="/fake/login?as={{.ID}}&amp;back={{$.Back}}">{{.Name}}</a></li>{{else}}<li>还没有人</li>{{end}}</ul>{{end}}
`))

// login makes a browser that of a follower.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	who := s.followers[r.URL.Query().Get("as")]
	s.mu.Unlock()
	back := r.URL.Query().Get("back")
	if who == nil || !strings.HasPrefix(back, "/connect/") {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, s.session(who))
	http.Redirect(w, r, back, http.StatusFound)
}

// session of a follower's browser. It does not show the open id.
func (s *Server) session(who *Follower) *http.Cookie {
	s.mu.Lock()
	defer s.mu.Unlock()
	value := rand.Text()
	s.sessions[value] = who
	return &http.Cookie{Name: cookieName, Value: value, Path: "/connect/", HttpOnly: true}
}

// exchange is /sns/oauth2/access_token.
func (s *Server) exchange(r *http.Request) any {
	q := r.URL.Query()
	if bad := s.credentials(r, q.Get("appid"), q.Get("secret")); bad != nil {
		return bad
	}
	if !s.Kind.may(logins) {
		return refuse(48001, "api unauthorized")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[q.Get("code")]
	switch {
	case q.Get("code") == "":
		return refuse(41008, "missing code")
	case c == nil || q.Get("grant_type") != "authorization_code":
		return refuse(40029, "invalid code")
	case c.used:
		return refuse(40163, "code been used")
	case s.Now().After(c.expires):
		return refuse(42003, "code expired")
	}
	c.used = true
	answer := map[string]any{
		"access_token": "A-" + rand.Text(), "expires_in": 7200, "refresh_token": "R-" + rand.Text(), "scope": "snsapi_base", "openid": c.follower.ID,
	}
	if c.follower.snapshot {
		answer["openid"], answer["is_snapshotuser"] = newID(), 1
	}
	return answer
}
