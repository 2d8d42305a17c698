package api

import (
	"context"
	"errors"
)

// Where an office clicks. WeChat moved most of it from the account's own site to
// its developer platform in December 2025; the domain for authorization stayed.
const (
	console     = "微信开发者平台（developers.weixin.qq.com/platform）→“我的业务”→“公众号/服务号”"
	clickConfig = console + "→“基础信息”→“域名与消息推送配置”"
	clickSecret = console + "→“基础信息”→“开发密钥”"
	clickIP     = clickSecret + "→“API IP 白名单”"
	clickRights = console + "→“接口管理”→“接口权限与额度”"
	clickDomain = "服务号后台（mp.weixin.qq.com）→“设置与开发”→“账号设置”→“功能设置”→“网页授权域名”"
)

// Advice says in Chinese what went wrong with a call and what to do, for an
// operator. It holds nothing secret.
func Advice(err error) string {
	var refused *Error
	errors.As(err, &refused)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrAddress):
		ip := refused.Address()
		if ip == "" {
			ip = "（微信没有说明）"
		}
		return "这台服务器的出口 IP " + ip + " 不在白名单里。到" + clickIP + "，加上这个 IP，几分钟后再试。"
	case errors.Is(err, ErrSecret):
		return "AppID 或 AppSecret 不对，或 AppSecret 已冻结。到" + clickSecret + "，解冻或重置，再把新的值设为 JINDU_WECHAT_APP_SECRET。"
	case errors.Is(err, ErrNoRight):
		return "这个公众号没有此接口的权限，多数接口要认证后才有。到" + clickRights + "，查看哪些已获得。"
	case errors.Is(err, ErrBlocked):
		return "微信封禁了此接口。到公众号后台的“通知中心”看原因，并按提示申诉。"
	case errors.Is(err, ErrQuota):
		return "今天的调用次数已用完。到" + clickRights + "，查看每日上限；次日零点恢复。"
	case errors.Is(err, ErrTooOften):
		return "调用太频繁，过一分钟再试。"
	case errors.Is(err, ErrToken):
		return "微信不认接口凭证。检查是否另有程序在用同一个公众号的 AppSecret 强制刷新凭证。"
	case errors.Is(err, ErrNoMenu):
		return "公众号现在没有自定义菜单。"
	case errors.Is(err, ErrCannotWrite):
		return "现在不能给这位用户发消息：没有关注，或 48 小时内没有来过消息。"
	case errors.Is(err, ErrCode), errors.Is(err, ErrSnapshot):
		return "网页授权没有成功，请用户在微信里重新打开页面。"
	case errors.Is(err, ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		return "连不上微信接口。检查服务器能否访问 api.weixin.qq.com 的 443 端口（防火墙、DNS、代理），或稍后再试。"
	case errors.Is(err, ErrResponse):
		return "微信的回答读不懂，可能被代理或防火墙改过。检查服务器到 api.weixin.qq.com 之间的代理。"
	}
	return "微信拒绝了这次调用，原因见日志里的错误码。"
}
