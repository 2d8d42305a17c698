package office

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	maxForm = 8 << 10
	maxName = 64 // bytes, as for a new account
)

// loginForm is what the login page shows; a password is never sent back.
type loginForm struct {
	Name, Next, Problem string
}

func (h *Handler) getLogin(c *gin.Context) {
	next := safeNext(c.Query("next"))
	if s, ok := h.session(c.Request); ok {
		if _, err := h.holder(c.Request.Context(), s); err == nil {
			c.Redirect(http.StatusSeeOther, next)
			return
		}
	}
	h.login.Render(c, http.StatusOK, "登录", loginForm{Next: next})
}

func (h *Handler) postLogin(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil {
		h.login.Render(c, http.StatusBadRequest, "登录", loginForm{Next: officeHome, Problem: "没有收到账号和口令，请再填一次。"})
		return
	}
	name, password := strings.TrimSpace(c.PostForm("name")), c.PostForm("password")
	form := loginForm{Name: name, Next: safeNext(c.PostForm("next"))}
	again := func(status int, problem string) {
		form.Problem = problem
		h.login.Render(c, status, "登录", form)
	}
	if name == "" || password == "" || len(name) > maxName {
		again(http.StatusBadRequest, "请填写账号和口令。")
		return
	}
	// By name and network: knowing a name must not be enough to keep its owner out.
	from := network(c.ClientIP())
	if !h.networks.Allow(c.Request.Context(), from) || !h.names.Allow(c.Request.Context(), from+" "+name) {
		c.Header("Retry-After", "60")
		again(http.StatusTooManyRequests, "尝试的次数太多，请一分钟后再试。")
		return
	}
	account, ok, err := h.authenticate(c.Request.Context(), name, password)
	switch {
	case errors.Is(err, errBusy):
		c.Header("Retry-After", "5")
		again(http.StatusServiceUnavailable, "现在登录的人多，请稍等几秒再试。")
	case err != nil:
		h.logTrouble(c, "login", err)
		c.Header("Retry-After", "5")
		again(http.StatusServiceUnavailable, "暂时读不到账号，请稍后再试。")
	case !ok:
		h.Log.Warn("office login refused")
		again(http.StatusUnauthorized, "账号或口令不对，请再试一次。忘了口令请找管理员重设。")
	default:
		h.Log.Info("office login", "role", string(account.Role), "place", account.Place)
		h.setCookie(c, newSession(h.Keys, account, h.Now()).encode(h.Keys), sessionLife)
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusSeeOther, form.Next)
	}
}

// authenticate checks a password whether the account exists or not, so that
// neither answer nor time tells which names there are.
func (h *Handler) authenticate(ctx context.Context, name, password string) (Account, bool, error) {
	find, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	account, err := h.Accounts.Account(find, name)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return Account{}, false, err
	}
	ok, err := h.checker.check(ctx, account.Hash, password)
	return account, ok, err
}

func (h *Handler) postLogout(c *gin.Context) {
	if s, ok := h.session(c.Request); ok {
		h.ended.add(s, h.Now())
	}
	h.setCookie(c, "", -time.Second)
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, "/office/login")
}

const officeHome = "/office/"

// safeNext keeps the way back inside the console: a login link must not lead to
// another site.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, officeHome) || strings.Contains(next, `\`) ||
		!strings.HasPrefix(path.Clean(u.Path)+"/", officeHome) {
		return officeHome
	}
	return u.RequestURI()
}

// network is what one subscriber is given: an address of IPv4, a /64 of IPv6.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if addr = addr.Unmap(); addr.Is4() {
		return addr.String()
	}
	prefix, _ := addr.WithZone("").Prefix(64) // fails on bit counts alone
	return prefix.String()
}
