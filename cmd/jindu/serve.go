package main

import (
	"context"
	"log/slog"
)

type serveCmd struct {
	contentFlags
	storeFlags
	secretFlags
	baseFlags
	legalFlags
	wechatFlags
	limitFlags
	assistFlags
	Addr                string   `env:"JINDU_ADDR" default:"127.0.0.1:8080" help:"监听地址（默认 ${default}）。"`
	AdminAddr           string   `env:"JINDU_ADMIN_ADDR" default:"127.0.0.1:9090" help:"管理地址（健康检查、/metrics、/debug/pprof），off 为关闭（默认 ${default}）。"`
	APIToken            string   `name:"api-token" env:"JINDU_API_TOKEN" placeholder:"TEXT" help:"统计接口的只读令牌；不设则只能登录后使用。"`
	APITokenFile        string   `name:"api-token-file" env:"JINDU_API_TOKEN_FILE" placeholder:"FILE" help:"从文件读取令牌。"`
	TrustedProxies      []string `env:"JINDU_TRUSTED_PROXIES" placeholder:"CIDR" help:"可信的反向代理地址，逗号分隔；默认都不信。"`
	AllowWeakDurability bool     `help:"Redis 没有设成每次写盘时也启动：断电可能丢失刚收到的答案，健康检查和办公室页面会提示。"`
	LogLevel            string   `env:"JINDU_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"日志级别：debug、info、warn、error（默认 ${default}）。"`
}

// leastAPIToken is the shortest token that is not worth guessing, in bytes.
const leastAPIToken = 16

func (c serveCmd) Run(ctx context.Context, std streams) error {
	set := settings{
		addr: c.Addr, adminAddr: c.AdminAddr, baseURL: c.BaseURL, weak: c.AllowWeakDurability, content: c.Content,
		legal: c.legal(), appID: c.WechatAppID, limits: c.limitFlags, proxies: c.TrustedProxies,
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return err
	}
	set.log = newLog(std.err, level)
	var err error
	if set.store, err = c.store(); err != nil {
		return err
	}
	if set.keys, err = c.keys(); err != nil {
		return err
	}
	for _, s := range []struct {
		to                *string
		name, value, file string
	}{
		{&set.token, "JINDU_WECHAT_TOKEN", c.WechatToken, c.WechatTokenFile},
		{&set.aesKey, "JINDU_WECHAT_AES_KEY", c.WechatAESKey, c.WechatAESKeyFile},
		{&set.apiToken, "JINDU_API_TOKEN", c.APIToken, c.APITokenFile},
		{&set.assistPIN, "JINDU_ASSIST_PIN", c.AssistPIN, c.AssistPINFile},
	} {
		if *s.to, err = secret(s.name, s.value, s.file); err != nil {
			return err
		}
	}
	switch {
	case set.token == "":
		return usageError("缺少 JINDU_WECHAT_TOKEN：请填公众号后台“设置与开发—基本配置—服务器配置”里的 Token（自己定，3 到 32 位字母数字）")
	case set.aesKey != "" && set.appID == "":
		return usageError("设了 JINDU_WECHAT_AES_KEY（安全模式）就要同时设 JINDU_WECHAT_APP_ID")
	case set.aesKey != "" && len(set.aesKey) != 43:
		return usageError("JINDU_WECHAT_AES_KEY 应当是 43 个字符，请从公众号后台原样复制")
	case set.apiToken != "" && len(set.apiToken) < leastAPIToken:
		return usageError("JINDU_API_TOKEN 太短：至少 16 个字符")
	}
	set.ready = func(s *server) {
		s.log.Info("serving", "addr", s.listener.Addr().String(), "base_url", s.baseURL, "content", s.live.Library().Version, "safe_mode", s.aesKey != "")
	}
	return runServer(ctx, set)
}
