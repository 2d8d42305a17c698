package fake

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	tokenLife  = 7200 * time.Second
	handOver   = 5 * time.Minute // old and new token are both good
	forceEvery = 30 * time.Second
	forceMost  = 20 // a day; here: ever
)

// grant is an access token.
type grant struct {
	value   string
	expires time.Time
}

// stableToken is /cgi-bin/stable_token.
func (s *Server) stableToken(r *http.Request) any {
	var in struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.GrantType != "client_credential" {
		return refuse(40002, "invalid grant_type")
	}
	if bad := s.credentials(r, in.AppID, in.Secret); bad != nil {
		return bad
	}
	return s.grant(in.ForceRefresh)
}

// plainToken is the older /cgi-bin/token: each call makes a new one.
func (s *Server) plainToken(r *http.Request) any {
	q := r.URL.Query()
	if bad := s.credentials(r, q.Get("appid"), q.Get("secret")); bad != nil {
		return bad
	}
	s.mu.Lock()
	s.token.expires = time.Time{}
	s.mu.Unlock()
	return s.grant(false)
}

func (s *Server) credentials(r *http.Request, appID, secret string) any {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	switch {
	case appID != s.AppID:
		return refuse(40013, "invalid appid")
	case secret != s.AppSecret:
		return refuse(40125, "invalid appsecret")
	case s.Whitelist != nil && !slices.Contains(s.Whitelist, host):
		return refuse(40164, "invalid ip %s ipv6 ::ffff:%s, not in whitelist", host, host)
	}
	return nil
}

func (s *Server) grant(force bool) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	left := s.token.expires.Sub(now)
	if force && (s.forced >= forceMost || now.Sub(s.forcedAt) < forceEvery) {
		force = false
	}
	switch {
	case force:
		s.forced++
		s.forcedAt, s.old = now, grant{}
		s.token = grant{newToken(), now.Add(tokenLife)}
	case left <= handOver:
		// It is good for the rest of its life, which is no longer.
		s.old = s.token
		s.token = grant{newToken(), now.Add(tokenLife)}
	}
	return map[string]any{"access_token": s.token.value, "expires_in": int(s.token.expires.Sub(now).Seconds())}
}

func newToken() string { return "75_" + rand.Text() + rand.Text() + rand.Text() }

// badToken is what is wrong with a token, nil when nothing is.
func (s *Server) badToken(value string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value == "" {
		return refuse(41001, "access_token missing")
	}
	for _, g := range []grant{s.token, s.old} {
		switch {
		case value != g.value:
		case s.Now().Before(g.expires):
			return nil
		default:
			return refuse(42001, "access_token expired")
		}
	}
	return refuse(40001, "invalid credential, access_token is invalid or not latest")
}

// Revoke ends the access token, as when another program forces a new one.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.old = grant{}, grant{}
}

// AccessToken is the one that is good now, "" when none was fetched.
func (s *Server) AccessToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token.value
}
