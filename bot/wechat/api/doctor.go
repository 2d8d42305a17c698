package api

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Level of a finding.
type Level string

// Levels. Limited: the account cannot do it, and there is another way. ByHand:
// only a person can look.
const (
	OK      Level = "ok"
	Limited Level = "limited"
	Problem Level = "problem"
	ByHand  Level = "by hand"
)

// Finding is one thing that was looked at, in Chinese.
type Finding struct {
	Check string `json:"check"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // what mends it, click by click
}

// Checkup is what a doctor looks at: the settings of a server that is running
// under its public address.
type Checkup struct {
	BaseURL     string            // public address
	AppID       string            // needed in safe mode
	Token       string            // of the callback
	AESKey      string            // "": plain mode
	VerifyFiles map[string]string // MP_verify_….txt → its content
	Client      *Client           // nil: no app secret is set
	Now         func() time.Time  // nil: time.Now

	http *http.Client // for our own address
	skew map[string]time.Duration
}

// patience is WeChat's with a callback.
const patience = 5 * time.Second

// Doctor checks address, callback, mode, domain files, clock, token, whitelist
// and rights, and says of each what to click. What it sends changes nothing: the
// API calls only ask, or ask for the impossible.
func Doctor(ctx context.Context, c Checkup) []Finding {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	c.http = httpClient(patience)
	defer c.http.CloseIdleConnections()
	c.skew = map[string]time.Duration{}

	found := []Finding{c.address()}
	found = append(found, c.callback(ctx)...)
	found = append(found, c.verifyFiles(ctx)...)
	found = append(found, c.account(ctx)...)
	return append(found, c.clock(), c.domain())
}

// address checks the form of the public address.
func (c *Checkup) address() Finding {
	f := Finding{Check: "对外网址", Level: Problem, Fix: "把 JINDU_BASE_URL 设为 https://已备案的域名（不带端口和路径），并让它从公网能打开。"}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "":
		f.Text = "没有设对外网址，或写错了"
	case u.Hostname() == "localhost" || net.ParseIP(u.Hostname()) != nil:
		f.Text = c.BaseURL + " 不是域名，微信里的网页授权和多数手机打不开它"
	case u.Port() != "" && u.Port() != "80" && u.Port() != "443":
		f.Text = "微信只回调 80 和 443 端口，现在是 " + u.Port()
	case u.Scheme != "https":
		f.Level, f.Text = Limited, "没有用 HTTPS，居民的回答在路上没有加密"
	default:
		return Finding{Check: f.Check, Level: OK, Text: c.BaseURL}
	}
	return f
}

// clock compares this clock with those of WeChat and of the server.
func (c *Checkup) clock() Finding {
	f := Finding{Check: "时钟", Level: OK, Text: "与微信和服务器一致"}
	if len(c.skew) == 0 {
		return Finding{f.Check, ByHand, "没有连上，无法比较时钟", "在服务器上运行 timedatectl，应显示 System clock synchronized: yes。"}
	}
	for _, who := range slices.Sorted(maps.Keys(c.skew)) {
		if off := c.skew[who]; off.Abs() > maxSkew {
			return Finding{f.Check, Problem, "本机时钟与" + who + "相差 " + off.Abs().Round(time.Second).String(),
				"在服务器上打开时间同步：timedatectl set-ntp true（或启用 chrony），再用 timedatectl 确认。相差超过 5 分钟时，微信的消息会全部被拒。"}
		}
	}
	return f
}

// maxSkew is what a clock may be off before it is told; the webhook bears 5 minutes.
const maxSkew = 30 * time.Second

// heard notes the date of a response.
func (c *Checkup) heard(who string, res *http.Response) {
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		c.skew[who] = c.Now().Sub(date)
	}
}

// domain is what no API tells.
func (c *Checkup) domain() Finding {
	host := c.BaseURL
	if u, err := url.Parse(c.BaseURL); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	return Finding{"网页授权域名", ByHand, "微信没有接口能查，请看一眼（认证服务号才有）",
		"到" + clickDomain + "，应是 " + host + "（不带 https:// 和路径）。保存前微信会读 MP_verify_….txt。不一致时页面显示“redirect_uri域名与后台配置不一致，错误码:10003”。"}
}
