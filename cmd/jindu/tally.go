package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"jindu/content"
	"jindu/internal/redisstore"
	"jindu/survey"
)

// surveyFlags name a questionnaire and where its answers are.
type surveyFlags struct {
	contentFlags
	storeFlags
	Survey string `arg:"" placeholder:"SURVEY" help:"问卷编号。"`
}

// open gives the questionnaire and the store, beside a running server or not.
func (f surveyFlags) open(ctx context.Context) (*content.Library, *content.Questionnaire, engine, error) {
	lib, err := f.library()
	if err != nil {
		return nil, nil, nil, err
	}
	q := lib.Questionnaires[f.Survey]
	if q == nil {
		return nil, nil, nil, usageError("没有编号为 " + f.Survey + " 的问卷")
	}
	store, err := f.storeFlags.open(ctx)
	return lib, q, store, err
}

type tallyCmd struct {
	surveyFlags
	By   string `enum:"township,village,point" default:"township" help:"按 township、village 或 point 统计。"`
	JSON bool   `name:"json" help:"打印 JSON。"`
}

func (c tallyCmd) Run(ctx context.Context, std streams) error {
	lib, q, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	by := survey.Level(c.By)
	tally, err := store.Tally(ctx, q.ID, survey.Filter{Level: survey.RowsFor(by)})
	if err != nil {
		return err
	}
	report := survey.NewReport(lib, q, by, tally.Rows, time.Now())
	if c.JSON {
		encoder := json.NewEncoder(std.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report)
	}
	fmt.Fprintf(std.out, "%s　%s\n%8s  %-22s  %-22s  地方\n", report.Title, report.GeneratedAt.Format("2006-01-02 15:04:05"), "份数", "满意率", "知晓率")
	for _, p := range append(report.Places, report.Total) {
		name := p.Name
		if p.Point != "" {
			name += "　" + p.Point
		}
		if p.Suppressed {
			name += "（不足 10 份，不显示明细）"
		}
		// Names come last: their width in a terminal is anyone's guess.
		fmt.Fprintf(std.out, "%8d  %-22s  %-22s  %s\n", p.Responses, rate(p.Indicators["satisfaction"]), rate(p.Indicators["awareness"]), name)
	}
	fmt.Fprintln(std.out, report.Note)
	return nil
}

func rate(in survey.IndicatorReport) string {
	if in.Rate == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f%% (%.1f-%.1f) n=%d", *in.Rate*100, *in.Low*100, *in.High*100, *in.N)
}

type auditCmd struct{ surveyFlags }

func (c auditCmd) Run(ctx context.Context, std streams) error {
	_, q, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if redis, ok := store.(*redisstore.Store); ok {
		lost, parts, err := redis.LostParts(ctx, q.ID)
		if err != nil {
			return err
		}
		if lost > 0 {
			fmt.Fprintf(std.err, "%s 分在 %d 处，有 %d 处丢了：有主节点被清空或换过，那里的答卷和去重都没有了。请停掉每一个 jindu serve，在每个主节点上 FLUSHALL，再用 jindu restore 恢复备份\n", q.ID, parts, lost)
			return errSilent
		}
	}
	n, differences, err := survey.Audit(ctx, store, q)
	if err != nil {
		return err
	}
	for _, d := range differences {
		fmt.Fprintln(std.out, d)
	}
	if len(differences) > 0 {
		fmt.Fprintf(std.err, "有 %d 处不一致\n", len(differences))
		return errSilent
	}
	fmt.Fprintf(std.out, "%s：%d 份，日志、统计与去重一致\n", q.ID, n)
	return nil
}

type forgetCmd struct {
	surveyFlags
	Yes bool `help:"确认永久结束，不可恢复。"`
}

func (c forgetCmd) Run(ctx context.Context, std streams) error {
	if !c.Yes {
		return usageError("这一步不可恢复：之后这份问卷不再收答案，也无法再去重。确认请加 --yes")
	}
	_, q, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	err = store.Forget(ctx, q.ID)
	if errors.Is(err, redisstore.ErrNoSurvey) {
		return fmt.Errorf("这个 Redis 里没有问卷 %s：请核对 JINDU_REDIS_URL", q.ID)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s 已永久结束：密钥和去重表已销毁，统计和日志保留。以前的备份里还有密钥，请销毁。\n", q.ID)
	redis, ok := store.(*redisstore.Store)
	if !ok {
		return nil
	}
	notes, err := redis.Remains(ctx)
	for _, note := range notes {
		fmt.Fprintln(std.err, "注意：", note)
	}
	if err != nil {
		return fmt.Errorf("已结束，但没有看清 Redis 的文件里还有没有旧密钥，请运行 redis-cli BGREWRITEAOF；存快照的再运行 BGSAVE：%w", err)
	}
	return nil
}
