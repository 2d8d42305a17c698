package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/silenceper/wechat/v2/util"
)

// callback plays WeChat against our own address.
func (c *Checkup) callback(ctx context.Context) []Finding {
	const name = "回调"
	if c.Token == "" {
		return []Finding{{name, Problem, "没有设 Token", "自定一个 3 到 32 位的 Token，设为 JINDU_WECHAT_TOKEN；再到" + clickConfig + "填同一个。"}}
	}
	echo := rand.Text()
	status, body, err := c.ask(ctx, http.MethodGet, c.signed(c.Token, "", url.Values{"echostr": {echo}}), "")
	url := c.BaseURL + "/wechat"
	switch {
	case err != nil:
		return []Finding{{name, Problem, "打不开 " + url + "：" + err.Error(),
			"确认 jindu serve 在运行，反向代理把 /wechat 转给它，公网能访问 80/443 端口，证书有效。"}}
	case status == http.StatusForbidden:
		return []Finding{{name, Problem, "服务器拒绝了签名", "运行中的服务器的 JINDU_WECHAT_TOKEN 与这里的不同，或时钟相差太多（见下）。改成一致，并到" + clickConfig + "核对 Token。"}}
	case status != http.StatusOK:
		return []Finding{{name, Problem, fmt.Sprintf("%s 返回 %d", url, status), "检查反向代理是否把 /wechat 原样转给 jindu（不跳转、不要求登录）。"}}
	case body != echo:
		return []Finding{{name, Problem, url + " 的回答不是原样的 echostr", "检查反向代理或网站防火墙是否改了内容（加页眉、跳转、验证页），把 /wechat 排除在外。"}}
	}
	found := []Finding{{name, OK, url + " 能通过微信的验证；后台应填这个 URL", ""}}
	return append(found, c.guard(ctx), c.mode(ctx))
}

// guard sends what WeChat did not sign.
func (c *Checkup) guard(ctx context.Context) Finding {
	const name = "防冒充"
	echo := rand.Text()
	status, body, err := c.ask(ctx, http.MethodGet, c.signed(c.Token+rand.Text(), "", url.Values{"echostr": {echo}}), "")
	if err == nil && status == http.StatusOK && body == echo {
		return Finding{name, Problem, "签名不对也通过了：谁都能冒充微信", "这个网址后面不是本程序，或反向代理在替它回答。检查反向代理。"}
	}
	return Finding{name, OK, "签名不对的请求被拒绝", ""}
}

// mode sends the visit to a link, which the bot says nothing to, in the mode that
// is set and in the other one.
func (c *Checkup) mode(ctx context.Context) Finding {
	const name = "消息加密"
	event := "<xml><ToUserName><![CDATA[gh_doctor]]></ToUserName><FromUserName><![CDATA[doctor]]></FromUserName><CreateTime>" +
		strconv.FormatInt(c.Now().Unix(), 10) + "</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[VIEW]]></Event><EventKey><![CDATA[" + c.BaseURL + "]]></EventKey></xml>"
	plain, _, err := c.ask(ctx, http.MethodPost, c.signed(c.Token, "", nil), event)
	if err != nil {
		return Finding{name, Problem, "服务器没有收下测试消息：" + err.Error(), "检查反向代理是否放行对 /wechat 的 POST。"}
	}
	if c.AESKey == "" {
		if plain != http.StatusOK {
			return Finding{name, Problem, fmt.Sprintf("服务器不收明文消息（返回 %d），而这里没有设 EncodingAESKey", plain),
				"运行中的服务器设了 JINDU_WECHAT_AES_KEY；在这里也设上，并到" + clickConfig + "选“安全模式”。"}
		}
		return Finding{name, Limited, "明文模式：消息在路上只靠 HTTPS 保护",
			"到" + clickConfig + "选“安全模式”，把 EncodingAESKey 设为 JINDU_WECHAT_AES_KEY，重启服务器。两边要同时改。"}
	}
	sealed, err := util.EncryptMsg([]byte(rand.Text()[:16]), []byte(event), c.AppID, c.AESKey)
	if err != nil {
		return Finding{name, Problem, "EncodingAESKey 不对：应当是 43 个字母和数字", "到" + clickConfig + "复制 EncodingAESKey，设为 JINDU_WECHAT_AES_KEY。"}
	}
	body := "<xml><ToUserName><![CDATA[gh_doctor]]></ToUserName><Encrypt><![CDATA[" + string(sealed) + "]]></Encrypt></xml>"
	safe, _, err := c.ask(ctx, http.MethodPost, c.signed(c.Token, string(sealed), nil), body)
	switch {
	case err != nil:
		return Finding{name, Problem, "服务器没有收下测试消息：" + err.Error(), "检查反向代理是否放行对 /wechat 的 POST。"}
	case safe != http.StatusOK:
		return Finding{name, Problem, fmt.Sprintf("服务器读不了加密消息（返回 %d）", safe),
			"运行中的服务器的 AppID 或 JINDU_WECHAT_AES_KEY 与这里的不同。改成一致，并到" + clickConfig + "核对，重启服务器。"}
	case plain == http.StatusOK:
		return Finding{name, Problem, "服务器还收明文消息", "运行中的服务器没有设 JINDU_WECHAT_AES_KEY，或反向代理在替它回答。设好并重启。"}
	}
	return Finding{name, OK, "只收安全模式的消息；后台应选“安全模式”，不要选“兼容模式”", ""}
}

// signed is the query of a callback request. sealed is the encrypted message, "" for none.
func (c *Checkup) signed(token, sealed string, q url.Values) url.Values {
	if q == nil {
		q = url.Values{}
	}
	stamp, nonce := strconv.FormatInt(c.Now().Unix(), 10), rand.Text()
	q.Set("timestamp", stamp)
	q.Set("nonce", nonce)
	q.Set("signature", util.Signature(token, stamp, nonce))
	if sealed != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", util.Signature(token, stamp, nonce, sealed))
	}
	return q
}

func (c *Checkup) ask(ctx context.Context, method string, q url.Values, body string) (status int, answer string, err error) {
	return c.fetch(ctx, method, c.BaseURL+"/wechat?"+q.Encode(), body)
}

// fetch asks our own address. Its errors do not show the URL, which is signed.
func (c *Checkup) fetch(ctx context.Context, method, address, body string) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return 0, "", errors.New("网址写错了")
	}
	r.Header.Set("Content-Type", "text/xml")
	res, err := c.http.Do(r)
	if err != nil {
		return 0, "", plainError(err)
	}
	defer res.Body.Close()
	c.heard("服务器", res)
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return 0, "", plainError(err)
	}
	return res.StatusCode, string(raw), nil
}

func plainError(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return errors.New("5 秒内没有回答")
		}
		err = wrapped.Err
	}
	return fmt.Errorf("%s（%s）", broken(err), redact(err.Error()))
}

// broken says in Chinese how a connection failed.
func broken(err error) string {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return "找不到这个主机名"
	case errors.As(err, &certificate):
		return "证书通不过验证"
	case errors.As(err, &plain):
		return "对方没有用 https"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "那个地址上没有程序在听"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "到不了那个地址"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "连上就断开了"
	}
	return "连接失败"
}

// verifyFiles reads WeChat's domain files from our own address.
func (c *Checkup) verifyFiles(ctx context.Context) (found []Finding) {
	const name = "域名验证文件"
	if len(c.VerifyFiles) == 0 {
		return []Finding{{name, ByHand, "没有设；配置网页授权域名时需要它", "到" + clickDomain + "，下载 MP_verify_….txt，按文档放进设置，重启服务器后再点“保存”。"}}
	}
	for _, file := range slices.Sorted(maps.Keys(c.VerifyFiles)) {
		status, body, err := c.fetch(ctx, http.MethodGet, c.BaseURL+"/"+file, "")
		f := Finding{name, Problem, "", "检查反向代理是否把 /" + file + " 转给 jindu；文件要在域名的根目录，内容原样。"}
		switch want := bytes.TrimSpace([]byte(c.VerifyFiles[file])); {
		case err != nil:
			f.Text = "打不开 /" + file + "：" + err.Error()
		case status != http.StatusOK:
			f.Text = fmt.Sprintf("/%s 返回 %d", file, status)
		case !bytes.Equal(bytes.TrimSpace([]byte(body)), want):
			f.Text = "/" + file + " 的内容不对"
		default:
			f = Finding{name, OK, "/" + file + " 能打开", ""}
		}
		found = append(found, f)
	}
	return found
}
