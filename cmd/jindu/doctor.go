package main

import (
	"context"
	"encoding/json"
	"fmt"

	"jindu/bot/wechat/api"
)

type wechatCmd struct {
	Doctor doctorCmd `cmd:"" help:"检查公众号的连接：网址、回调、加密、域名文件、时钟、凭证、白名单、权限，并说明点哪里能修好；有问题时退出码为 1。先启动 jindu serve，用同样的设置。"`
}

type doctorCmd struct {
	baseFlags
	wechatFlags
	JSON bool `name:"json" help:"每行打印一个 JSON。"`
}

// levels are the findings' levels for people.
var levels = map[api.Level]string{api.OK: "正常", api.Limited: "限制", api.Problem: "问题", api.ByHand: "请人工核对"}

func (c doctorCmd) Run(ctx context.Context, std streams) error {
	w, err := c.wechat()
	if err != nil {
		return err
	}
	base, err := baseURL(c.BaseURL, defaultAddr)
	if err != nil {
		return err
	}
	checkup := api.Checkup{BaseURL: base, AppID: w.appID, Token: w.token, AESKey: w.aesKey, VerifyFiles: w.verify}
	if w.appSecret != "" {
		// A new one: what WeChat refused to another is asked again.
		if checkup.Client, err = c.client(); err != nil {
			return err
		}
		defer checkup.Client.Close()
	}
	problems := 0
	for _, f := range api.Doctor(ctx, checkup) {
		if f.Level == api.Problem {
			problems++
		}
		if err := c.print(std, f); err != nil {
			return err
		}
	}
	if problems > 0 {
		fmt.Fprintf(std.err, "有 %d 个问题\n", problems)
		return errSilent
	}
	return nil
}

func (c doctorCmd) print(std streams, f api.Finding) (err error) {
	if c.JSON {
		encoder := json.NewEncoder(std.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(f)
	}
	_, err = fmt.Fprintf(std.out, "[%s] %s：%s\n", levels[f.Level], f.Check, f.Text)
	if err == nil && f.Fix != "" {
		_, err = fmt.Fprintf(std.out, "　　→ %s\n", f.Fix)
	}
	return err
}
