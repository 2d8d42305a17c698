package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// account asks WeChat what this server and this account may do.
func (c *Checkup) account(ctx context.Context) []Finding {
	const secret, whitelist = "接口凭证", "IP 白名单"
	if c.Client == nil {
		return []Finding{{secret, Limited, "没有设 AppSecret：没有菜单、带参二维码和网页授权；问答和个人链接照常可用",
			"公众号已认证时，到" + clickSecret + "启用，设为 JINDU_WECHAT_APP_SECRET，并把服务器 IP 加进白名单（" + clickIP + "）。"}}
	}
	c.heardWeChat(ctx)
	if err := c.Client.CheckToken(ctx); err != nil {
		name := secret
		if errors.Is(err, ErrAddress) {
			name = whitelist
		}
		return []Finding{{name, Problem, explain(err) + "；接口权限因此没有检查", Advice(err)}}
	}
	found := []Finding{{secret, OK, "AppID 和 AppSecret 有效", ""}, {whitelist, OK, "这台服务器在白名单里", ""}}
	for _, r := range rights {
		found = append(found, r.check(ctx, c.Client))
	}
	return found
}

// heardWeChat notes the date at WeChat.
func (c *Checkup) heardWeChat(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, c.Client.base+"/cgi-bin/token", nil)
	if err != nil {
		return
	}
	if res, err := c.http.Do(r); err == nil {
		res.Body.Close()
		c.heard("微信", res)
	}
}

// right is something that the account may be able to do.
type right struct {
	name    string
	instead string // what there is without it
	// try asks for something that has no effect.
	try func(context.Context, *Client) error
	// allowed says of an error that the call itself is allowed.
	allowed func(error) bool
}

var rights = []right{
	{
		"自定义菜单", "关注时的问候和“菜单”二字代替它",
		func(ctx context.Context, c *Client) error { _, err := c.Menu(ctx); return err },
		func(err error) bool { return errors.Is(err, ErrNoMenu) },
	}, {
		"带参数二维码", "用普通的问卷二维码（jindu qr 不带 --scene）",
		func(ctx context.Context, c *Client) error {
			_, err := c.TemporaryQR(ctx, "doctor", minQRLife)
			return err
		},
		func(error) bool { return false },
	}, {
		"网页授权", "机器人发的个人链接代替它；页面上改用设备标识",
		func(ctx context.Context, c *Client) error { _, err := c.Exchange(ctx, "doctor"); return err },
		func(err error) bool { return errors.Is(err, ErrCode) },
	}, {
		"客服消息", "超过 5 秒的回答不能补发，微信会再问一次；图片改用链接和图文",
		func(ctx context.Context, c *Client) error { return c.SendText(ctx, "doctor", "doctor") },
		func(err error) bool { return errors.Is(err, ErrCannotWrite) },
	}, {
		"图片素材", "不发图片，改用链接和图文",
		func(ctx context.Context, c *Client) error {
			return c.call(ctx, request{api: "media/get", query: url.Values{"media_id": {"doctor"}}}, nil)
		},
		func(err error) bool { var e *Error; return errors.As(err, &e) && e.Code == 40007 },
	},
}

func (r right) check(ctx context.Context, c *Client) Finding {
	err := r.try(ctx, c)
	switch {
	case err == nil, r.allowed(err):
		return Finding{r.name, OK, "可用", ""}
	case errors.Is(err, ErrNoRight):
		return Finding{r.name, Limited, "这个公众号没有此权限；" + r.instead,
			"多数要认证后才有，有的只给服务号。到" + clickRights + "，查看已有哪些。"}
	}
	return Finding{r.name, Problem, explain(err), Advice(err)}
}

// explain is an error for a person to read, with WeChat's own words, or the technical
// ones behind the sentence.
func explain(err error) string {
	var refused *Error
	if errors.As(err, &refused) {
		return "微信说：" + refused.Text
	}
	says := "没有成功"
	switch {
	case errors.Is(err, ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		says = "连不上微信接口"
	case errors.Is(err, ErrResponse):
		says = "微信的回答读不懂"
	}
	return says + "（" + err.Error() + "）"
}
