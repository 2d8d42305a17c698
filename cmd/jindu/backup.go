package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"jindu/content"
	"jindu/internal/backup"
	"jindu/internal/redisstore"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

type backupCmd struct {
	storeFlags
	Out   string `required:"" placeholder:"FILE" help:"备份写到哪个文件；写完整、核对过才放到这个名字下，原来的同名文件到那时才被替换。原来的备份里有、现在却没有的问卷或答卷，就不替换。"`
	Force bool   `help:"原来的备份里有现在没有的答卷，也替换它。"`
}

// Help is what --help adds.
func (backupCmd) Help() string {
	return `把全部数据（问卷的密钥和状态、去重表、答卷日志、统计、个人链接、测验进度、账号）写成一份备份。服务在运行时也可以备份，不影响居民作答；恢复时可以换存储（自带数据库、Redis 互换）。

备份里有各份问卷的密钥，要像保管主密钥一样保管，但不要和 JINDU_SECRET 放在一起：没有 JINDU_SECRET，从备份看不出谁答过；有了它，凭某人的微信编号就能查。恢复后要用原来的 JINDU_SECRET，否则答过的人会被当成新人。问卷永久结束（jindu forget）后，请把之前的备份也销毁。`
}

func (c backupCmd) Run(ctx context.Context, std streams) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	create := backup.Create
	if c.Force {
		create = backup.Replace
	}
	sum, err := create(ctx, c.Out, store, time.Now(), progressBar(std.err, "备份"))
	if lost, ok := errors.AsType[*backup.Lost](err); ok {
		return c.keptBetter(lost)
	}
	if errors.Is(err, backup.ErrFormat) {
		return fmt.Errorf("%s 已经有了，而且不是这个版本能读的备份，没有替换它：请换一个文件名，或加 --force", c.Out)
	}
	if errors.Is(err, backup.ErrEmptied) {
		return fmt.Errorf("存储里一份问卷也没有，没有拿它替换 %s：请核对 --data 或 JINDU_REDIS_URL；确实是空的，就换一个文件名", c.Out)
	}
	if err != nil {
		return fmt.Errorf("备份没有完成，原来的文件没有动：%w", err)
	}
	for _, s := range sum.Surveys {
		fmt.Fprintf(std.out, "%s：%d 份\n", s.ID, s.Entries)
		for _, d := range s.Differences() {
			fmt.Fprintf(std.err, "注意：%s 的数据本身不一致（%s），已照原样备份；请运行 jindu audit %s\n", s.ID, d, s.ID)
		}
	}
	fmt.Fprintf(std.out, "已备份到 %s：问卷 %d 个，账号 %d 个。里面有问卷密钥，请妥善保管。\n", c.Out, len(sum.Surveys), sum.Accounts)
	return nil
}

// keptBetter says what the store lost, and what to do.
func (c backupCmd) keptBetter(lost *backup.Lost) error {
	var text strings.Builder
	for _, s := range lost.Surveys {
		switch s.Why {
		case backup.Gone:
			fmt.Fprintf(&text, "\n  %s：备份里有 %d 份，存储里没有这份问卷", s.Was.ID, s.Was.Entries)
		case backup.Anew:
			fmt.Fprintf(&text, "\n  %s：备份里有 %d 份，存储里是重新开始的（密钥不同），有 %d 份", s.Was.ID, s.Was.Entries, s.Now.Entries)
		case backup.Fewer:
			fmt.Fprintf(&text, "\n  %s：备份里有 %d 份，存储里只有 %d 份", s.Was.ID, s.Was.Entries, s.Now.Entries)
		}
	}
	return fmt.Errorf(`没有替换 %s，原来的备份里有存储已经丢了的数据：%s
多半是存储被清空或换过。要找回来：停掉每一个 jindu serve，清空存储（Redis 用 redis-cli FLUSHALL，集群在每个主节点上；自带数据库把数据文件夹移开），再运行 jindu restore。现在存储里的答卷要留着，就先换一个文件名再备份一次。确实不要旧数据了，加 --force`, c.Out, text.String())
}

type restoreCmd struct {
	contentFlags
	storeFlags
	File string `arg:"" placeholder:"FILE" help:"备份文件。"`
}

// Help is what --help adds.
func (restoreCmd) Help() string {
	return `把备份恢复到空的数据文件夹（--data）或空的 Redis（JINDU_REDIS_URL）。里面有数据就不恢复；备份不完整或被改动过也不恢复。恢复期间服务不能启动。恢复后逐份问卷清点核对；有出入时退出码为 1。

恢复后要用原来的 JINDU_SECRET，否则答过的人会被当成新人。`
}

func (c restoreCmd) Run(ctx context.Context, std streams) error {
	lib, err := c.library()
	if err != nil {
		return err
	}
	where, err := c.store()
	if err != nil {
		return err
	}
	archive, err := backup.Open(ctx, c.File)
	switch {
	case errors.Is(err, backup.ErrDamaged):
		return fmt.Errorf("备份 %s 不完整或被改动过，没有恢复任何东西：%w", c.File, err)
	case errors.Is(err, backup.ErrFormat):
		return fmt.Errorf("%s 不是这个版本能读的备份：%w", c.File, err)
	case errors.Is(err, fs.ErrNotExist):
		return usageError("没有 " + c.File + " 这个文件")
	case err != nil:
		return err
	}
	defer archive.Close()
	target, err := where.load(ctx)
	if err != nil {
		return err
	}
	sum, err := archive.Restore(ctx, target, progressBar(std.err, "恢复"))
	if err != nil {
		return fmt.Errorf("恢复没有完成，写进去的已经撤掉：%w", err)
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	sound := true
	for _, s := range sum.Surveys {
		differences, err := examine(ctx, lib, store, s)
		if err != nil {
			return fmt.Errorf("数据已恢复，但核对 %s 时出错：%w", s.ID, err)
		}
		for _, d := range differences {
			fmt.Fprintf(std.err, "%s：%s\n", s.ID, d)
			sound = false
		}
		fmt.Fprintf(std.out, "%s：%d 份\n", s.ID, s.Entries)
	}
	fmt.Fprintf(std.out, "已恢复 %s 的备份：问卷 %d 个，账号 %d 个。\n", archive.Made.In(survey.China).Format("2006-01-02 15:04:05"), len(sum.Surveys), sum.Accounts)
	if !sound {
		fmt.Fprintln(std.err, "数据已恢复，但有上面这些不一致：备份前就是这样，请查明原因")
		return errSilent
	}
	return nil
}

// examine a survey that was restored, and may take answers again: as audit does where
// its questionnaire is at hand, else whether log, tally and dedup had as many in the
// archive. That all of it arrived was counted before.
func examine(ctx context.Context, lib *content.Library, store engine, s backup.SurveySummary) ([]string, error) {
	q := lib.Questionnaires[s.ID]
	if q == nil || s.Fingerprint != "" && s.Fingerprint != q.Fingerprint {
		return s.Differences(), nil
	}
	_, differences, err := survey.Audit(ctx, store, q)
	return differences, err
}

// load begins to fill the state with an archive.
func (s store) load(ctx context.Context) (backup.Target, error) {
	if s.redisURL != "" {
		l, err := redisstore.Load(ctx, s.redisURL, redisstore.Options{})
		if errors.Is(err, redisstore.ErrNotEmpty) {
			return nil, errors.New("这个 Redis 里已经有 jindu 的数据（服务启动过也算）：请换一个空的 Redis 或库号，恢复后再启动服务")
		}
		if err != nil {
			return nil, explainRedis(err)
		}
		return l, nil
	}
	l, err := sqlitestore.Load(ctx, filepath.Join(s.data, dataFile))
	if errors.Is(err, sqlitestore.ErrNotEmpty) {
		return nil, fmt.Errorf("数据文件夹 %s 里已经有数据：请用 --data 换一个文件夹，或先把它移开", s.data)
	}
	if err != nil {
		return nil, s.explain(err)
	}
	return l, nil
}
