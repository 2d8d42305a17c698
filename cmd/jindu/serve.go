package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
)

type serveCmd struct {
	contentFlags
	storeFlags
	secretFlags
	baseFlags
	hostFlags
	legalFlags
	wechatFlags
	limitFlags
	assistFlags
	Addr                string   `env:"JINDU_ADDR" default:"127.0.0.1:8080" help:"监听地址（默认 ${default}）。"`
	AdminAddr           string   `env:"JINDU_ADMIN_ADDR" default:"127.0.0.1:9090" help:"管理地址（健康检查、/metrics、/debug/pprof），off 为关闭（默认 ${default}）。"`
	APIToken            string   `name:"api-token" env:"JINDU_API_TOKEN" placeholder:"TEXT" help:"统计接口的只读令牌；不设则只能登录后使用。"`
	APITokenFile        string   `name:"api-token-file" env:"JINDU_API_TOKEN_FILE" placeholder:"FILE" help:"从文件读取令牌。"`
	TrustedProxies      []string `env:"JINDU_TRUSTED_PROXIES" placeholder:"CIDR" help:"可信的反向代理地址，逗号分隔；默认都不信。"`
	AllowWeakDurability bool     `env:"JINDU_ALLOW_WEAK_DURABILITY" help:"Redis 没有设成每次写盘时也启动：断电可能丢失刚收到的答案，健康检查和办公室页面会提示。"`
	LogLevel            string   `env:"JINDU_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"日志级别：debug、info、warn、error（默认 ${default}）。"`
}

// leastAPIToken is the shortest token that is not worth guessing, in bytes.
const leastAPIToken = 16

// leastPIN is the shortest PIN that bounded tries do not find, in bytes.
const leastPIN = 6

func (c serveCmd) Run(ctx context.Context, std streams) error {
	set := settings{
		addr: c.Addr, adminAddr: c.AdminAddr, baseURL: c.BaseURL, weak: c.AllowWeakDurability, content: c.Content,
		learnURL: c.LearnURL, origins: c.ExtraOrigins,
		legal: c.legal(), limits: c.limitFlags,
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return err
	}
	set.log = newLog(std.err, level)
	// All that is missing or wrong is said at once.
	var errs [10]error
	set.store, errs[0] = c.store()
	set.keys, errs[1] = c.keys()
	set.wechat, errs[2] = c.wechat()
	set.apiToken, errs[3] = secret("JINDU_API_TOKEN", c.APIToken, c.APITokenFile)
	set.assistPIN, errs[4] = secret("JINDU_ASSIST_PIN", c.AssistPIN, c.AssistPINFile)
	given := set.apiToken
	if set.apiToken = strings.TrimSpace(given); given != "" && len(set.apiToken) < leastAPIToken {
		errs[5] = usageError("JINDU_API_TOKEN 太短：至少 16 个字符（首尾的空格不算）")
	}
	if set.assistPIN != "" && len(set.assistPIN) < leastPIN {
		errs[6] = usageError("JINDU_ASSIST_PIN 太短：至少 6 位，最好不用生日、电话")
	}
	errs[7] = c.limitFlags.check()
	errs[8] = c.contentFlags.check()
	var everybody bool
	set.proxies, everybody, errs[9] = trustedProxies(c.TrustedProxies)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if everybody {
		set.log.Warn("JINDU_TRUSTED_PROXIES trusts everybody: whoever reaches this server may claim any address and so evade every bound by network; name the proxy's own address")
	}
	set.ready = func(s *server) {
		s.log.Info("serving", "addr", s.listener.Addr().String(), "base_url", s.baseURL, "content", s.live.Library().Version, "safe_mode", s.wechat.aesKey != "", "wechat_api", s.account != nil)
	}
	return runServer(ctx, set)
}
