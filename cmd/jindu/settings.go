package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"jindu/content"
	"jindu/internal/page"
	"jindu/internal/respondent"
)

// contentFlags say where the content is.
type contentFlags struct {
	Content string `env:"JINDU_CONTENT" placeholder:"DIR" help:"内容文件夹，按路径盖在自带内容上面。"`
}

func (f contentFlags) library() (*content.Library, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return content.Load(f.Content)
}

// check says whether the folder is there.
func (f contentFlags) check() error {
	if f.Content == "" {
		return nil
	}
	info, err := os.Stat(f.Content)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usageError("没有内容文件夹 " + f.Content + "：请核对 JINDU_CONTENT（--content）")
	case err == nil && !info.IsDir():
		return usageError("JINDU_CONTENT（--content）要写文件夹，" + f.Content + " 不是")
	}
	return nil // what else is wrong with it shows when it is read
}

// secretFlags hold the one secret that all keys are derived from.
type secretFlags struct {
	Secret     string `env:"JINDU_SECRET" placeholder:"TEXT" help:"主密钥，至少 32 字节；匿名编号、二维码和 Cookie 都由它派生。可用 openssl rand -base64 32 生成。"`
	SecretFile string `env:"JINDU_SECRET_FILE" placeholder:"FILE" help:"从文件读取主密钥。"`
}

func (f secretFlags) keys() (*respondent.Keys, error) {
	value, err := secret("JINDU_SECRET", f.Secret, f.SecretFile)
	if err != nil {
		return nil, err
	}
	if value == "" {
		return nil, usageError("缺少 JINDU_SECRET：请先生成（openssl rand -base64 32），设为环境变量 JINDU_SECRET，或写入文件并设 JINDU_SECRET_FILE")
	}
	keys, err := respondent.NewKeys([]byte(value))
	if err != nil || len(strings.TrimSpace(value)) < respondent.MinSecret {
		return nil, usageError("JINDU_SECRET 太短：至少要 32 字节（首尾的空格不算），可用 openssl rand -base64 32 生成")
	}
	if isMonotonous(value) {
		return nil, usageError("JINDU_SECRET 太容易猜：来来去去只有几个字符，请用 openssl rand -base64 32 生成一个")
	}
	return keys, nil
}

// leastBytes is how many different bytes a secret has: of 32 random digits hardly
// ever less, of one that was typed by repeating a key or two.
const leastBytes = 6

func isMonotonous(secret string) bool {
	different := map[byte]bool{}
	for i := range len(secret) {
		different[secret[i]] = true
	}
	return len(different) < leastBytes
}

// baseFlags hold the public address.
type baseFlags struct {
	BaseURL string `env:"JINDU_BASE_URL" placeholder:"URL" help:"对外网址，如 https://jindu.example.cn；二维码和链接用它。默认由监听地址得出。"`
}

// legalFlags are what pages must show by law.
type legalFlags struct {
	Org     string `env:"JINDU_ORG" placeholder:"TEXT" help:"主办单位，显示在页脚。"`
	ICP     string `name:"icp" env:"JINDU_ICP" placeholder:"TEXT" help:"ICP 备案号。"`
	PSB     string `name:"psb" env:"JINDU_PSB" placeholder:"TEXT" help:"公安备案号。"`
	Contact string `env:"JINDU_CONTACT" placeholder:"TEXT" help:"联系方式。"`
}

func (f legalFlags) legal() page.Legal {
	return page.Legal{Org: f.Org, ICP: f.ICP, PSB: f.PSB, Contact: f.Contact}
}

// accountFlags let calls to WeChat's API for the official account.
type accountFlags struct {
	WechatAppID         string `name:"wechat-app-id" env:"JINDU_WECHAT_APP_ID" placeholder:"ID" help:"公众号 AppID；安全模式和调用微信接口必填。"`
	WechatAppSecret     string `name:"wechat-app-secret" env:"JINDU_WECHAT_APP_SECRET" placeholder:"TEXT" help:"公众号 AppSecret；菜单、带参二维码、网页授权和补发回答要用。"`
	WechatAppSecretFile string `name:"wechat-app-secret-file" env:"JINDU_WECHAT_APP_SECRET_FILE" placeholder:"FILE" help:"从文件读取 AppSecret。"`
	WechatAPIURL        string `name:"wechat-api-url" env:"JINDU_WECHAT_API_URL" hidden:"" help:"微信接口地址，测试用。"`
}

// wechatFlags connect the official account.
type wechatFlags struct {
	accountFlags
	WechatToken      string   `name:"wechat-token" env:"JINDU_WECHAT_TOKEN" placeholder:"TEXT" help:"公众号后台“服务器配置”里的 Token，必填。"`
	WechatTokenFile  string   `name:"wechat-token-file" env:"JINDU_WECHAT_TOKEN_FILE" placeholder:"FILE" help:"从文件读取 Token。"`
	WechatAESKey     string   `name:"wechat-aes-key" env:"JINDU_WECHAT_AES_KEY" placeholder:"TEXT" help:"EncodingAESKey，43 个字符；设了就只接受安全模式。"`
	WechatAESKeyFile string   `name:"wechat-aes-key-file" env:"JINDU_WECHAT_AES_KEY_FILE" placeholder:"FILE" help:"从文件读取 EncodingAESKey。"`
	WechatVerify     []string `name:"wechat-verify" env:"JINDU_WECHAT_VERIFY" placeholder:"PATH" help:"微信的域名验证文件 MP_verify_….txt，或放着它们的文件夹；逗号分隔。"`
}

// limitFlags bound what one network or follower may do.
type limitFlags struct {
	RateTicket      int `env:"JINDU_RATE_TICKET" default:"600" help:"每个网络、每张二维码每分钟最多提交几次，0 为不限（默认 ${default}）；每个网络打开页面的次数限在它的十倍。"`
	RateFollower    int `env:"JINDU_RATE_FOLLOWER" default:"120" help:"每位关注者每分钟最多几条消息，0 为不限（默认 ${default}）。"`
	WebhookInflight int `env:"JINDU_WEBHOOK_INFLIGHT" default:"512" help:"同时等存储或微信的消息上限（默认 ${default}）；不用等的总能回答。"`
}

// maxRate bounds the bounds, in actions a minute: more than any network or follower
// does, and far from where counting together ends.
const maxRate = 1_000_000

// maxInflight is far above what one process answers at once.
const maxInflight = 100_000

func (f limitFlags) check() error {
	var errs []error
	for _, rate := range []struct {
		name  string
		value int
	}{{"JINDU_RATE_TICKET", f.RateTicket}, {"JINDU_RATE_FOLLOWER", f.RateFollower}} {
		if rate.value < 0 || rate.value > maxRate {
			errs = append(errs, usageError(fmt.Sprintf("%s 要在 0 到 %d 之间，0 为不限", rate.name, maxRate)))
		}
	}
	if f.WebhookInflight < 1 || f.WebhookInflight > maxInflight {
		errs = append(errs, usageError(fmt.Sprintf("JINDU_WEBHOOK_INFLIGHT 要在 1 到 %d 之间", maxInflight)))
	}
	return errors.Join(errs...)
}

// assistFlags open assisted tickets.
type assistFlags struct {
	AssistPIN     string `name:"assist-pin" env:"JINDU_ASSIST_PIN" placeholder:"PIN" help:"工作人员代填口令；不设则不能代填。"`
	AssistPINFile string `name:"assist-pin-file" env:"JINDU_ASSIST_PIN_FILE" placeholder:"FILE" help:"从文件读取代填口令。"`
}
