package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"jindu/bot/quiz"
	"jindu/internal/backup"
	"jindu/internal/office"
	"jindu/internal/redisstore"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

// engine keeps all state: one file, or Redis.
type engine interface {
	survey.Store
	quiz.Store
	office.AccountStore
	backup.Source
	Close() error
}

// dataFile is the embedded store's file in the data folder.
const dataFile = "jindu.db"

// dataFlags say where the embedded store is.
type dataFlags struct {
	Data string `env:"JINDU_DATA" default:"./jindu-data" placeholder:"DIR" help:"数据文件夹（默认 ${default}）。"`
}

// storeFlags say where the state is.
type storeFlags struct {
	dataFlags
	RedisURL     string `env:"JINDU_REDIS_URL" placeholder:"URL" help:"Redis 地址（redis:// 或 rediss://；集群再加 ?addr=…，哨兵加 ?master_name=…&addr=…）；不写则用数据文件夹里的自带数据库。"`
	RedisURLFile string `env:"JINDU_REDIS_URL_FILE" placeholder:"FILE" help:"从文件读取 Redis 地址（里面可能有口令）。"`
}

// store is where the state is, with its secrets read.
type store struct{ data, redisURL string }

func (f storeFlags) store() (store, error) {
	address, err := secret("JINDU_REDIS_URL", f.RedisURL, f.RedisURLFile)
	return store{f.Data, address}, err
}

// serve opens the state for a server.
func (s store) serve(ctx context.Context, weak bool, log *slog.Logger) (engine, error) {
	if s.redisURL != "" {
		return openRedis(ctx, s.redisURL, redisstore.Options{Logger: log, AllowWeakDurability: weak})
	}
	e, err := sqlitestore.Open(ctx, filepath.Join(s.data, dataFile), sqlitestore.Options{Logger: log})
	if err != nil {
		return nil, s.explain(err)
	}
	return e, nil
}

// openRedis opens the state in Redis.
func openRedis(ctx context.Context, address string, opts redisstore.Options) (engine, error) {
	e, err := redisstore.Open(ctx, address, opts)
	if err != nil {
		return nil, explainRedis(err)
	}
	return e, nil
}

// explainRedis tells a wrong setting from a Redis that cannot be had.
func explainRedis(err error) error {
	if errors.Is(err, redisstore.ErrURL) {
		return usageError("JINDU_REDIS_URL 写得不对，要像 redis://账号:口令@主机:6379/0 这样（集群再加 ?addr=主机:端口，哨兵加 ?master_name=名称&addr=主机:端口；口令里的 @ : / % 要写成 %40 %3A %2F %25）：" + err.Error())
	}
	return fmt.Errorf("打不开 Redis：%w", err)
}

// explain says what the one who runs the server can do.
func (s store) explain(err error) error {
	if errors.Is(err, sqlitestore.ErrLocked) {
		return fmt.Errorf("数据文件夹 %s 正被另一个 jindu 使用：请先停掉它，或用 --data 换一个文件夹", s.data)
	}
	if errors.Is(err, sqlitestore.ErrRestoring) {
		return fmt.Errorf("数据文件夹 %s 里有一次中断了的恢复：请重新运行 jindu restore；不想恢复了，就删掉里面的 %s", s.data, dataFile+".restore*")
	}
	return fmt.Errorf("打不开数据文件夹 %s：%w", s.data, err)
}

// open opens the state for a command beside a running server, or without one.
func (f storeFlags) open(ctx context.Context) (engine, error) {
	s, err := f.store()
	if err != nil {
		return nil, err
	}
	if s.redisURL != "" {
		// How durable it is matters to the server that acknowledges.
		return openRedis(ctx, s.redisURL, redisstore.Options{Logger: slog.New(slog.DiscardHandler), AllowWeakDurability: true, Looking: true})
	}
	e, err := sqlitestore.OpenReader(ctx, filepath.Join(s.data, dataFile))
	if err != nil {
		return nil, fmt.Errorf("打不开数据文件夹 %s（先启动一次 jindu serve）：%w", s.data, err)
	}
	return e, nil
}
