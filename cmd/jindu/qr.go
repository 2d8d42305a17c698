package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jindu/content"
	"jindu/survey"
	"jindu/survey/web"
)

type qrCmd struct {
	contentFlags
	secretFlags
	baseFlags
	accountFlags
	Survey     string `placeholder:"ID" help:"问卷编号，如 qiongshan-2026。"`
	Place      string `placeholder:"CODE" help:"区划代码；写区县则每个镇街（和收集单位）各一张。"`
	Level      string `enum:"township,village" default:"township" help:"区县或镇街之下细到哪一级：township 或 village。"`
	Point      string `placeholder:"NAME" help:"收集点名称，如 府城菜市场。"`
	Assisted   bool   `help:"工作人员代填用，打开时要口令。"`
	Preview    bool   `help:"预览用，不计入统计。"`
	ValidUntil string `placeholder:"DATE" help:"最后有效日，如 2026-12-31。"`
	Scene      bool   `help:"公众号带参二维码：扫码关注后，机器人直接发这个镇街的问卷（要认证服务号和 AppSecret）。默认永久有效，全号最多 10 万个。"`
	Quiz       string `placeholder:"BANK" help:"同 --scene 一起用：扫码后开始这套题（不用 --survey 和 --place）。"`
	Temporary  int    `placeholder:"DAYS" help:"同 --scene 一起用：只用这么多天（1 到 30）的临时二维码，不占永久的数量。"`
	Out        string `placeholder:"DIR" help:"图片写到这个文件夹；不写则只打印网址和终端二维码。"`
	JSON       bool   `name:"json" help:"每行打印一个 JSON。"`
}

// qrLine is one minted ticket, as --json prints it.
type qrLine struct {
	Survey    string `json:"survey"`
	Place     string `json:"place"`
	PlaceName string `json:"place_name"`
	Point     string `json:"point"`
	URL       string `json:"url"`
	File      string `json:"file"`
	Scene     string `json:"scene,omitempty"`   // of a scene code
	Expires   string `json:"expires,omitempty"` // of a temporary one, RFC 3339

	expires time.Time
}

// expire notes when a temporary code ends.
func (l *qrLine) expire(at time.Time) { l.expires, l.Expires = at, at.Format(time.RFC3339) }

func (c qrCmd) Run(ctx context.Context, std streams) error {
	lib, err := c.library()
	if err != nil {
		return err
	}
	if c.Scene {
		return c.scenes(ctx, std, lib)
	}
	if c.Quiz != "" || c.Temporary != 0 {
		return usageError("--quiz 和 --temporary 要同 --scene 一起用")
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	base, err := baseURL(c.BaseURL, defaultAddr)
	if err != nil {
		return err
	}
	q, place, err := c.where(lib)
	if err != nil {
		return err
	}
	var until content.Date
	if c.ValidUntil != "" {
		t, err := time.Parse(time.DateOnly, c.ValidUntil)
		if err != nil || t.Before(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) || t.Year() > 2199 {
			return usageError("--valid-until 要写成 2026-12-31 这样的日期")
		}
		if until = (content.Date{Time: t}); survey.DayOver(until, time.Now()) {
			return usageError("--valid-until 这一天已经过了")
		}
	}
	if loopback(base) {
		fmt.Fprintf(std.err, "注意：网址是 %s，别人的手机打不开；印出去的二维码要设 JINDU_BASE_URL\n", base)
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return err
		}
	}
	for _, p := range c.places(place) {
		ticket, err := survey.NewTicket(q, p, c.Point)
		if err != nil {
			return usageError("这张二维码不能生成：" + ticketReason(err))
		}
		ticket.Assisted, ticket.Preview, ticket.Until = c.Assisted, c.Preview, until
		line := qrLine{Survey: q.ID, Place: p.Code, PlaceName: p.FullName(), Point: ticket.Point, URL: base + "/s/" + ticket.Encode(keys)}
		if err := c.write(std, &line); err != nil {
			return err
		}
	}
	return nil
}

// where is the questionnaire and the place that the flags name.
func (c qrCmd) where(lib *content.Library) (*content.Questionnaire, *content.Place, error) {
	if c.Survey == "" || c.Place == "" {
		return nil, nil, usageError("请用 --survey 写问卷编号，用 --place 写区划代码")
	}
	q, place := lib.Questionnaires[c.Survey], lib.Places[c.Place]
	switch {
	case q == nil:
		return nil, nil, usageError("没有编号为 " + c.Survey + " 的问卷")
	case place == nil:
		return nil, nil, usageError("没有代码为 " + c.Place + " 的地方")
	}
	return q, place, nil
}

// loopback says whether only this machine can open the address.
func loopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}

func ticketReason(err error) string {
	switch {
	case errors.Is(err, survey.ErrPoint):
		return fmt.Sprintf("收集点名称太长（最多 %d 个汉字），或有看不见的字符", survey.MaxPoint/3)
	case errors.Is(err, survey.ErrPlace):
		return "这个地方不在问卷的区县里"
	}
	return err.Error()
}

// places of the tickets: a county stands for its townships and units, with
// --level village for all villages below.
func (c qrCmd) places(p *content.Place) []*content.Place {
	want := content.Township
	if c.Level == "village" {
		want = content.Village
	}
	if p.Level >= want || len(p.Children) == 0 {
		return []*content.Place{p}
	}
	var all []*content.Place
	for _, child := range p.Children {
		all = append(all, c.places(child)...)
	}
	return all
}

func (c qrCmd) write(std streams, line *qrLine) error {
	if c.Out != "" {
		png, err := web.PNG(line.URL)
		if err != nil {
			return err
		}
		var parts []string
		for _, part := range []string{line.Survey, line.Place, line.Point, c.Quiz, flagWord(c.Scene, "scene"), temporaryWord(line.expires), flagWord(c.Assisted, "assisted"), flagWord(c.Preview, "preview")} {
			if part != "" {
				parts = append(parts, strings.Map(fileRune, part))
			}
		}
		name := strings.Join(parts, "-")
		line.File = filepath.Join(c.Out, name+".png")
		if err := os.WriteFile(line.File, png, 0o644); err != nil {
			return err
		}
	}
	if c.JSON {
		return json.NewEncoder(std.out).Encode(line)
	}
	fmt.Fprintln(std.out, strings.Join(strings.Fields(line.PlaceName+" "+line.Point+" "+line.Scene+" "+line.File), " "))
	fmt.Fprintln(std.out, line.URL)
	if !line.expires.IsZero() {
		fmt.Fprintln(std.out, "临时二维码，有效到 "+line.expires.In(survey.China).Format("2006年1月2日 15:04"))
	}
	if c.Out == "" {
		drawing, err := web.Terminal(line.URL)
		if err != nil {
			return err
		}
		fmt.Fprintln(std.out, drawing)
	}
	return nil
}

func flagWord(set bool, word string) string {
	if set {
		return word
	}
	return ""
}

// temporaryWord keeps a temporary code's file apart from the permanent one's, and from
// those that end on another day.
func temporaryWord(expires time.Time) string {
	if expires.IsZero() {
		return ""
	}
	return "temp-" + expires.In(survey.China).Format("20060102")
}

// fileRune keeps a point's name from leaving its folder or being refused by a
// file system.
func fileRune(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>|.`+" ", r) || r < ' ' {
		return '_'
	}
	return r
}
