package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jindu/bot/wechat/sim"
	"jindu/content"
	"jindu/internal/learn"
	"jindu/internal/office"
	"jindu/internal/respondent"
	"jindu/survey"
	"jindu/survey/web"
)

type demoCmd struct {
	contentFlags
	dataFlags
	legalFlags
	Addr   string `env:"JINDU_ADDR" default:"127.0.0.1:8080" help:"监听地址（默认 ${default}）。"`
	LAN    bool   `name:"lan" help:"也让局域网里的手机访问。"`
	Sample int    `placeholder:"N" help:"先放入 N 份示例答卷（随机生成，标为“示例”收集点）。"`
}

const demoAccount = "demo"

func (c demoCmd) Run(ctx context.Context, std streams) error {
	if c.Sample < 0 || c.Sample > maxSample {
		return usageError(fmt.Sprintf("--sample 应当在 0 到 %d 之间", maxSample))
	}
	if err := c.contentFlags.check(); err != nil {
		return err
	}
	keys, err := demoKeys(c.Data)
	if err != nil {
		return err
	}
	password := office.NewPassword()
	hash, err := office.HashPassword(password)
	if err != nil {
		return err
	}
	pin, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	set := settings{
		addr: c.Addr, store: store{data: c.Data}, content: c.Content, keys: keys, legal: c.legal(), wechat: wechatSettings{token: rand.Text()},
		assistPIN: fmt.Sprintf("%06d", pin), limits: limitFlags{RateTicket: 600, RateFollower: 120, WebhookInflight: 512},
		accounts: oneAccount{office.Account{Name: demoAccount, Role: office.RoleDistrict, Hash: hash, Created: time.Now()}},
		log:      newLog(std.err, slog.LevelWarn),
	}
	if set.legal.Org == "" {
		set.legal.Org = "演示（请在正式运行时设置主办单位）"
	}
	if c.LAN {
		if set.addr, set.baseURL, err = lanAddress(c.Addr); err != nil {
			return err
		}
	}
	set.extend = func(s *server) error {
		simulator, err := sim.New(sim.Config{
			Handler: s.handler, Token: s.wechat.token, Now: time.Now,
			Menu:    func() content.Menu { return s.live.Library().Menu },
			Picture: func(id string) string { return learn.Site("").Image(s.live.Library().Pictures[id]) },
		})
		if err != nil {
			return err
		}
		s.webhook.Letters = simulator
		simulator.Register(s.routes)
		return addSample(ctx, s, c.Sample)
	}
	var failed error
	set.ready = func(s *server) { failed = c.welcome(s, std, password) }
	return errors.Join(runServer(ctx, set), failed)
}

func (c demoCmd) welcome(s *server, std streams, password string) error {
	lib := s.live.Library()
	ids := make([]string, 0, len(lib.Questionnaires))
	for id := range lib.Questionnaires {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	fmt.Fprintf(std.out, "\njindu 演示已启动，数据在 %s，按 Ctrl+C 结束。\n", c.Data)
	fmt.Fprintf(std.out, "\n聊天模拟　　%s/dev/chat\n", s.baseURL)
	if len(ids) > 0 {
		q := lib.Questionnaires[ids[len(ids)-1]] // 琼山区's
		ticket, err := survey.NewTicket(q, q.Place.Children[0], "")
		if err != nil {
			return err
		}
		sample := s.baseURL + "/s/" + ticket.Encode(s.keys)
		ticket.Assisted = true
		fmt.Fprintf(std.out, "示例问卷　　%s\n", sample)
		fmt.Fprintf(std.out, "代填问卷　　%s/s/%s\n　　　　　　工作人员口令 %s\n", s.baseURL, ticket.Encode(s.keys), s.assistPIN)
		defer func() {
			if drawing, err := web.Terminal(sample); err == nil {
				fmt.Fprintf(std.out, "\n手机扫码打开示例问卷（手机要能访问 %s；加 --lan 可让同一局域网的手机访问）：\n%s\n", s.baseURL, drawing)
			}
		}()
	}
	fmt.Fprintf(std.out, "办公室　　　%s/office/\n　　　　　　账号 %s　一次性口令 %s （只在本次运行有效）\n", s.baseURL, demoAccount, password)
	if c.LAN {
		fmt.Fprintf(std.out, "\n注意：--lan 让同一网络里的任何人都能打开聊天模拟和问卷，并能尝试登录办公室；演示完请关闭。\n")
	}
	return nil
}

// demoKeys keeps the generated secret beside the data, so that the answers and
// printed codes of one demo are good in the next.
func demoKeys(dir string) (*respondent.Keys, error) {
	path := filepath.Join(dir, "demo-secret")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
		var raw [32]byte
		rand.Read(raw[:])
		data = []byte(base64.StdEncoding.EncodeToString(raw[:]) + "\n")
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("演示密钥：%w", err)
	}
	return respondent.NewKeys([]byte(strings.TrimSpace(string(data))))
}

// lanAddress listens on every interface and names one that a phone can reach.
func lanAddress(addr string) (listen, base string, err error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil || port == "0" {
		return "", "", usageError("--lan 要配合固定端口的 --addr，如 127.0.0.1:8080")
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "", "", err
	}
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsPrivate() {
			return ":" + port, "http://" + net.JoinHostPort(network.IP.String(), port), nil
		}
	}
	return "", "", errors.New("没有找到局域网地址，请先连上 Wi-Fi 或网线")
}

// oneAccount is the demo's only account; it lives as long as the process.
type oneAccount struct{ account office.Account }

// Account gives the one account.
func (a oneAccount) Account(_ context.Context, name string) (office.Account, error) {
	if name != a.account.Name {
		return office.Account{}, office.ErrNoAccount
	}
	return a.account, nil
}
