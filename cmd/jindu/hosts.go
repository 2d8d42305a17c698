package main

import (
	"net/url"
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

// otherHosts are the hosts of this server's pages but for that of baseURL.
func (s *settings) otherHosts() (hosts []string) {
	for i, origin := range s.hosts() {
		if u, err := url.Parse(origin); err == nil && i > 0 && origin != s.baseURL {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}

// publicURL checks an address without a path, as the setting holds it.
func publicURL(setting, address string) (string, error) {
	address = strings.TrimRight(strings.TrimSpace(address), "/")
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", usageError(setting + " 要写成 https://jindu.example.cn 这样，不带路径")
	}
	return address, nil
}
