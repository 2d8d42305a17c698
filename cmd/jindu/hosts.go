package main

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// hostFlags are further hosts that lead to this server. WeChat blocks whole
// domains on complaint, so the learning pages may have one of their own.
type hostFlags struct {
	LearnURL     string   `name:"learn-url" env:"JINDU_LEARN_URL" placeholder:"URL" help:"学习页（/learn/）另用的网址，如 https://xue.example.cn；机器人回答里的“详细”“看图”用它。默认与 JINDU_BASE_URL 相同。"`
	ExtraOrigins []string `name:"extra-origins" env:"JINDU_EXTRA_ORIGINS" placeholder:"URL" help:"本服务另外的网址，逗号分隔；反向代理改写了 Host 时，从这些网址提交才不会被当作跨站。"`
}

// checkHosts brings the further hosts to the form of an origin.
func (s *settings) checkHosts() (err error) {
	if s.learnURL != "" {
		if s.learnURL, err = publicURL("JINDU_LEARN_URL", s.learnURL); err != nil {
			return err
		}
	}
	for i, origin := range s.origins {
		if s.origins[i], err = publicURL("JINDU_EXTRA_ORIGINS", origin); err != nil {
			return err
		}
	}
	return nil
}

// hosts are the origins of this server's own pages.
func (s *settings) hosts() []string {
	all := append([]string{s.baseURL}, s.origins...)
	if s.learnURL != "" {
		all = append(all, s.learnURL)
	}
	return all
}

// publicURL checks an address without a path, as the setting holds it.
func publicURL(setting, address string) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(address), "/"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !isHost(u.Hostname()) || strings.HasSuffix(u.Host, ":") ||
		u.Path != "" || u.ForceQuery || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.Contains(address, "#") {
		return "", usageError(setting + " 要写成 https://jindu.example.cn 这样，不带路径；中文域名写成 xn-- 开头的形式")
	}
	// As a browser writes it in Origin: lower case, and no port that goes without saying.
	origin, port := strings.ToLower(u.Host), u.Port()
	if port == "" {
		return u.Scheme + "://" + origin, nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", usageError(setting + " 里的端口要在 1 到 65535 之间")
	}
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		origin = strings.TrimSuffix(origin, ":"+port)
	}
	return u.Scheme + "://" + origin, nil
}

// hostLabel is one part of a host's name.
var hostLabel = regexp.MustCompile(`^[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?$`)

// isHost says whether this is an IP address or the name of a host.
func isHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if !hostLabel.MatchString(label) {
			return false
		}
	}
	return len(host) <= 253
}

// checkAddr checks an address to listen on.
func checkAddr(setting, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host != "" && !isHost(strings.Split(host, "%")[0]) { // an interface's name after %
		err = errors.New("no host")
	}
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return usageError(setting + " 要写成 127.0.0.1:8080 或 :8080 这样，端口在 0 到 65535 之间")
	}
	return nil
}

// trustedProxies gives the addresses and networks of JINDU_TRUSTED_PROXIES, and
// whether one of them is everybody.
func trustedProxies(values []string) (proxies []string, everybody bool, err error) {
	for _, value := range values {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		network, err := netip.ParsePrefix(value)
		if _, single := netip.ParseAddr(value); err != nil && single != nil {
			return nil, false, usageError("JINDU_TRUSTED_PROXIES 要写成地址或网段，逗号分隔，如 127.0.0.1,10.0.0.0/8")
		}
		everybody = everybody || err == nil && network.Bits() == 0
		proxies = append(proxies, value)
	}
	return proxies, everybody, nil
}
