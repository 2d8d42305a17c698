package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"jindu/bot"
	"jindu/bot/wechat/api"
	"jindu/content"
)

// scenes makes codes of the official account: who scans one follows the account,
// and the bot goes on with what the scene asks for.
func (c qrCmd) scenes(ctx context.Context, std streams, lib *content.Library) error {
	lines, err := c.sceneLines(lib)
	if err != nil {
		return err
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return err
		}
	}
	for _, line := range lines {
		var code api.QR
		if c.Temporary > 0 {
			code, err = client.TemporaryQR(ctx, line.Scene, time.Duration(c.Temporary)*24*time.Hour)
		} else {
			code, err = client.PermanentQR(ctx, line.Scene)
		}
		if errors.Is(err, api.ErrNoRight) {
			return fmt.Errorf("%w\n没有此权限时，用普通的问卷二维码（不加 --scene）", apiError(err))
		}
		if err != nil {
			return apiError(err)
		}
		line.URL = code.URL
		if !code.Expires.IsZero() {
			line.expire(code.Expires)
		}
		if err := c.write(std, &line); err != nil {
			return err
		}
	}
	return nil
}

// sceneLines are the codes to make, but for their URLs.
func (c qrCmd) sceneLines(lib *content.Library) ([]qrLine, error) {
	switch {
	case c.Point != "" || c.Assisted || c.Preview || c.ValidUntil != "":
		return nil, usageError("带参二维码不能加 --point、--assisted、--preview 或 --valid-until；限期用 --temporary")
	case c.Temporary < 0 || c.Temporary > int(api.MaxQRLife/(24*time.Hour)):
		return nil, usageError("--temporary 应当是 1 到 30 天")
	case c.Quiz != "" && (c.Survey != "" || c.Place != ""):
		return nil, usageError("--quiz 不同 --survey、--place 一起用")
	case c.Quiz != "" && lib.Quizzes[c.Quiz] == nil:
		return nil, usageError("没有编号为 " + c.Quiz + " 的题库")
	case c.Quiz != "":
		return []qrLine{{Scene: bot.QuizScene(c.Quiz)}}, nil
	}
	q, place, err := c.where(lib)
	if err != nil {
		return nil, err
	}
	if !place.Within(q.Place.Code) {
		return nil, usageError("这个地方不在问卷的区县里")
	}
	var lines []qrLine
	for _, p := range c.places(place) {
		lines = append(lines, qrLine{Survey: q.ID, Place: p.Code, PlaceName: p.FullName(), Scene: bot.SurveyScene(q.ID, p.Code)})
	}
	return lines, nil
}
