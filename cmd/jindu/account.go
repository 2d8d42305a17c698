package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"jindu/internal/office"
	"jindu/survey"
)

type accountCmd struct {
	Add    accountAdd    `cmd:"" help:"添加账号；口令从终端或标准输入读。"`
	List   accountList   `cmd:"" help:"列出账号。"`
	Passwd accountPasswd `cmd:"" help:"改口令；已登录的会话随即失效。"`
	Remove accountRemove `cmd:"" help:"删除账号。"`
}

type accountAdd struct {
	contentFlags
	storeFlags
	Name  string `arg:"" help:"账号名。"`
	Role  string `enum:"district,township,viewer" required:"" help:"district（区）、township（镇街）或 viewer（只看）。"`
	Place string `placeholder:"CODE" help:"区划代码；镇街账号必填，区账号不写则能看所有区。"`
}

func (c accountAdd) Run(ctx context.Context, std streams) error {
	lib, err := c.library()
	if err != nil {
		return err
	}
	if c.Place != "" && lib.Places[c.Place] == nil {
		return usageError("没有代码为 " + c.Place + " 的地方")
	}
	if c.Role == string(office.RoleTownship) && len(c.Place) != 9 {
		return usageError("镇街账号要用 --place 写镇街代码（9 位）")
	}
	if name := strings.TrimSpace(c.Name); name != c.Name || name == "" || len(name) > 64 || strings.ContainsFunc(name, survey.Unseen) {
		return usageError("账号名不能为空、不能带首尾空格或看不见的字符，最长 64 字节")
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if _, err := store.Account(ctx, c.Name); err == nil {
		return usageError("已有这个账号；改口令请用 jindu account passwd")
	} else if !errors.Is(err, office.ErrNoAccount) {
		return err
	}
	hash, err := readPassword(std)
	if err != nil {
		return err
	}
	if err := store.PutAccount(ctx, office.Account{Name: c.Name, Role: office.Role(c.Role), Place: c.Place, Hash: hash, Created: time.Now()}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "已添加 %s，可以在 /office/ 登录。\n", c.Name)
	return err
}

type accountList struct{ storeFlags }

func (c accountList) Run(ctx context.Context, std streams) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	accounts, err := store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		fmt.Fprintf(std.out, "%-10s %-14s %s  %s\n", a.Role, a.Place, a.Created.Format(time.DateOnly), a.Name)
	}
	return nil
}

type accountPasswd struct {
	storeFlags
	Name string `arg:"" help:"账号名。"`
}

func (c accountPasswd) Run(ctx context.Context, std streams) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	account, err := store.Account(ctx, c.Name)
	if errors.Is(err, office.ErrNoAccount) {
		return usageError("没有这个账号")
	}
	if err != nil {
		return err
	}
	if account.Hash, err = readPassword(std); err != nil {
		return err
	}
	if err := store.PutAccount(ctx, account); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, "口令已改，原来的登录都已失效。")
	return err
}

type accountRemove struct {
	storeFlags
	Name string `arg:"" help:"账号名。"`
}

func (c accountRemove) Run(ctx context.Context, std streams) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.RemoveAccount(ctx, c.Name); errors.Is(err, office.ErrNoAccount) {
		return usageError("没有这个账号")
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, "已删除 "+c.Name)
	return err
}

// readPassword asks at a terminal without echo, or takes one line of a pipe.
func readPassword(std streams) (string, error) {
	var password string
	if file, ok := std.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(std.err, "口令（至少 10 个字符）：")
		raw, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(std.err)
		if err != nil {
			return "", err
		}
		password = string(raw)
	} else {
		line, err := bufio.NewReader(std.in).ReadString('\n')
		if err != nil && line == "" {
			return "", usageError("没有读到口令")
		}
		password = strings.TrimRight(line, "\r\n")
	}
	hash, err := office.HashPassword(password)
	if err != nil {
		return "", usageError("口令太短：至少 10 个字符")
	}
	return hash, nil
}
