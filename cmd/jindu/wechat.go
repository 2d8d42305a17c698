package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/bot/wechat/api"
)

// wechatSettings are those of the official account, with its secrets read.
type wechatSettings struct {
	appID, appSecret, apiURL string
	token, aesKey            string
	verify                   map[string]string // MP_verify_….txt → content
}

// String keeps the secrets out of whatever prints the settings.
func (w wechatSettings) String() string { return "wechat account " + w.appID }

// account reads the settings that calls to WeChat's API need; all or none are set.
func (f accountFlags) account() (w wechatSettings, err error) {
	w.appID, w.apiURL = f.WechatAppID, f.WechatAPIURL
	if w.appSecret, err = secret("JINDU_WECHAT_APP_SECRET", f.WechatAppSecret, f.WechatAppSecretFile); err != nil {
		return w, err
	}
	if w.appSecret != "" && w.appID == "" {
		return w, usageError("设了 JINDU_WECHAT_APP_SECRET 就要同时设 JINDU_WECHAT_APP_ID")
	}
	return w, nil
}

// client calls WeChat from the command line. The token that it fetches is the one
// that a running server has (WeChat's "stable" token), so they need not share it.
func (f accountFlags) client() (*api.Client, error) {
	w, err := f.account()
	if err != nil {
		return nil, err
	}
	if w.appSecret == "" {
		return nil, usageError("这个命令要调用微信接口：请设 JINDU_WECHAT_APP_ID 和 JINDU_WECHAT_APP_SECRET")
	}
	return api.New(api.Config{AppID: w.appID, AppSecret: w.appSecret, BaseURL: w.apiURL})
}

// wechat reads all settings of the official account.
func (f wechatFlags) wechat() (w wechatSettings, err error) {
	if w, err = f.account(); err != nil {
		return w, err
	}
	if w.token, err = secret("JINDU_WECHAT_TOKEN", f.WechatToken, f.WechatTokenFile); err != nil {
		return w, err
	}
	if w.aesKey, err = secret("JINDU_WECHAT_AES_KEY", f.WechatAESKey, f.WechatAESKeyFile); err != nil {
		return w, err
	}
	switch {
	case w.token == "":
		return w, usageError("缺少 JINDU_WECHAT_TOKEN：自己定一个 Token（3 到 32 位字母数字），设在这里，并填进微信开发者平台的“域名与消息推送配置”")
	case !wechatToken.MatchString(w.token):
		return w, usageError("JINDU_WECHAT_TOKEN 要 3 到 32 位，只能有字母和数字：微信那边只认这样的 Token")
	case w.aesKey != "" && w.appID == "":
		return w, usageError("设了 JINDU_WECHAT_AES_KEY（安全模式）就要同时设 JINDU_WECHAT_APP_ID")
	case w.aesKey != "" && len(w.aesKey) != 43:
		return w, usageError("JINDU_WECHAT_AES_KEY 应当是 43 个字符，请从微信开发者平台原样复制")
	}
	w.verify, err = verifyFiles(f.WechatVerify)
	return w, err
}

// wechatToken is what WeChat takes as one.
var wechatToken = regexp.MustCompile(`^[0-9A-Za-z]{3,32}$`)

var (
	verifyName = regexp.MustCompile(`^MP_verify_[0-9A-Za-z]{1,64}\.txt$`)
	maxVerify  = int64(1 << 10) // WeChat's have 16 bytes
)

// verifyFiles reads WeChat's domain files: each path is one of them, or a folder
// that holds some. What a link in a folder leads to outside of it is not read.
func verifyFiles(paths []string) (map[string]string, error) {
	files := map[string]string{}
	for _, path := range paths {
		folder, names := filepath.Dir(path), []string{filepath.Base(path)}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			folder = path
			if names, err = fs.Glob(os.DirFS(path), "MP_verify_*.txt"); err != nil || len(names) == 0 {
				return nil, usageError("JINDU_WECHAT_VERIFY：文件夹 " + path + " 里没有 MP_verify_….txt")
			}
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			return nil, usageError("JINDU_WECHAT_VERIFY：打不开文件夹 " + folder + "，请看它在不在、运行本程序的账号能不能读")
		}
		defer root.Close()
		for _, name := range names {
			if !verifyName.MatchString(name) {
				return nil, usageError("JINDU_WECHAT_VERIFY：" + filepath.Join(folder, name) + " 不是微信的域名验证文件，它应当叫 MP_verify_….txt，请不要改名")
			}
			if files[name], err = readSmall(root, name); err != nil {
				return nil, usageError("JINDU_WECHAT_VERIFY：" + filepath.Join(folder, name) + " " + err.Error())
			}
		}
	}
	return files, nil
}

// readSmall reads a file of a folder. A pipe or a device is none: it would never end.
// Its errors say what to do, after the file's name.
func readSmall(root *os.Root, name string) (string, error) {
	info, err := root.Stat(name)
	if err != nil {
		return "", unreadable(root, name, err)
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("不是普通文件，请换成从微信下载的那个文件")
	}
	file, err := root.Open(name)
	if err != nil {
		return "", unreadable(root, name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxVerify+1))
	switch {
	case err != nil:
		return "", unreadable(root, name, err)
	case int64(len(data)) > maxVerify:
		return "", errors.New("太大，不像是微信的域名验证文件，请重新下载")
	}
	return strings.TrimSpace(string(data)), nil
}

// unreadable says why a file of a folder could not be read. What os says of a link
// that leads out is in English and has no error of its own to tell it by.
func unreadable(root *os.Root, name string, err error) error {
	link, look := root.Lstat(name)
	switch {
	case look == nil && link.Mode()&fs.ModeSymlink != 0:
		return errors.New("是一个链接，指向文件夹外面或不存在的文件，不会去读；请把从微信下载的文件本身放在这里")
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("不存在，请看路径写得对不对")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("没有权限读，请让运行本程序的账号能读它")
	}
	return fmt.Errorf("读不出来：%w", err)
}

// domainFiles serves WeChat's domain files, as they came.
func (s *server) domainFiles(r gin.IRoutes) {
	for name, text := range s.wechat.verify {
		r.Match(pageMethods, "/"+name, func(c *gin.Context) {
			c.Header("X-Content-Type-Options", "nosniff")
			c.String(http.StatusOK, "%s", text)
		})
	}
}

// apiError says what went wrong with a call to WeChat and what mends it.
func apiError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s（%w）", api.Advice(err), err)
}
