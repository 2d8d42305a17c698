package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthTimeout is longer than a server needs to say that its store does not answer.
const healthTimeout = readyTimeout + 2*time.Second

// healthCmd is for containers, whose image holds nothing but the program.
type healthCmd struct {
	AdminAddr string `env:"JINDU_ADMIN_ADDR" default:"127.0.0.1:9090" help:"正在运行的服务的管理地址（默认 ${default}）。"`
}

func (c healthCmd) Run(ctx context.Context, std streams) error {
	host, port, err := net.SplitHostPort(c.AdminAddr)
	if err != nil {
		return usageError("JINDU_ADMIN_ADDR 要写成 127.0.0.1:9090 这样")
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("服务没有响应：%w", err)
	}
	defer resp.Body.Close()
	// ok, and what an acknowledged response survives; or why not.
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		_, why, _ := strings.Cut(string(said), "\n")
		return fmt.Errorf("服务还不能用（%s）：%s", resp.Status, strings.TrimSpace(why))
	}
	_, err = std.out.Write(said)
	return err
}
