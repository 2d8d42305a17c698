package redisstore

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// rewriteWait bounds the wait for a rewrite that began before.
	rewriteWait = 10 * time.Second
	// remainsWait bounds the wait for the files to be written.
	remainsWait = 30 * time.Second
	remainsLook = 50 * time.Millisecond
)

// files is what one server says of its files.
type files struct {
	server
	snapshots string // the setting "save"; "" when there are none
	denied    bool   // the setting cannot be read
	clock     int64  // unix seconds, by the server
}

func (f files) number(name string) int64 {
	n, _ := strconv.ParseInt(f.info[name], 10, 64)
	return n
}

// busy says whether a file is being written, or soon will be.
func (f files) busy() bool {
	return f.number("aof_rewrite_in_progress")+f.number("aof_rewrite_scheduled")+f.number("rdb_bgsave_in_progress") > 0
}

// snaps says whether the server writes snapshots.
func (f files) snaps() bool { return f.snapshots != "" || f.number("rdb_saves") > 0 }

func lookAtFiles(ctx context.Context, c *redis.Client) (f files, err error) {
	if f.server, err = inspect(ctx, c); err != nil {
		return f, err
	}
	save, err := c.ConfigGet(ctx, "save").Result()
	if _, answered := errors.AsType[redis.Error](err); answered {
		f.denied, err = true, nil
	}
	if err != nil {
		return f, err
	}
	f.snapshots = save["save"]
	now, err := c.Time(ctx).Result()
	f.clock = now.Unix()
	return f, err
}

// renewal is what a Forget had a server do about its files.
type renewal struct {
	at               int64 // unix seconds, by the server's clock
	rewritten, saved bool  // was begun
	slowLog          bool  // was emptied: it holds arguments of slow calls
}

// renew the files of one server, so that nothing of the past is in them.
func (s *Store) renew(ctx context.Context, c *redis.Client) error {
	f, err := lookAtFiles(ctx, c)
	if err != nil {
		return err
	}
	done := renewal{at: f.clock}
	var rewrite, save error
	if f.info["aof_enabled"] == "1" {
		rewrite = begin(ctx, "Background append only file rewriting already in progress", func() error { return c.BgRewriteAOF(ctx).Err() })
		done.rewritten = rewrite == nil
	}
	if f.snaps() {
		// When the rewrite has ended, if that is under way.
		save = begin(ctx, "Background save already in progress", func() error { return c.Do(ctx, "BGSAVE", "SCHEDULE").Err() })
		done.saved = save == nil
	}
	done.slowLog = c.Do(ctx, "SLOWLOG", "RESET").Err() == nil
	s.mu.Lock()
	s.renewed[f.addr] = done
	s.mu.Unlock()
	return errors.Join(rewrite, save)
}

// begin writing a file. A writing that is under way already may have begun before
// what is to be gone was destroyed, so it must end first.
func begin(ctx context.Context, busy string, write func() error) error {
	deadline := time.After(rewriteWait)
	for {
		err := write()
		if !redis.HasErrorPrefix(err, busy) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-deadline:
			return err
		case <-time.After(remainsLook):
		}
	}
}

// Remains waits until Redis has written its files anew after a Forget, and says in
// Chinese which may hold old copies all the same, and what to do about each.
func (s *Store) Remains(ctx context.Context) (notes []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, remainsWait)
	defer cancel()
	var mu sync.Mutex
	err = s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		f, err := lookAtFiles(ctx, c)
		for err == nil && f.busy() {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(remainsLook):
				f, err = lookAtFiles(ctx, c)
			}
		}
		if f.info == nil || err != nil && ctx.Err() == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, note := range f.remains(s.renewal(f.addr)) {
			notes = append(notes, "Redis "+f.addr+"："+note)
		}
		return nil
	})
	return notes, classify(err)
}

func (s *Store) renewal(addr string) renewal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewed[addr]
}

// remains of what was destroyed before the files were renewed.
func (f files) remains(done renewal) (notes []string) {
	note := func(text string) { notes = append(notes, text) }
	switch {
	case f.info["aof_enabled"] != "1":
	case f.number("aof_rewrite_in_progress")+f.number("aof_rewrite_scheduled") > 0:
		note("AOF 文件还在重写，写完之前旧文件里有密钥；用 redis-cli INFO persistence 看，aof_rewrite_in_progress 变成 0 就好了")
	case f.info["aof_last_bgrewrite_status"] != "ok" || !done.rewritten:
		note("AOF 文件没有重写成，旧密钥还在里面：请运行 redis-cli BGREWRITEAOF")
	}
	saved := done.saved && f.number("rdb_last_save_time") >= done.at && f.number("rdb_bgsave_in_progress") == 0 && f.info["rdb_last_bgsave_status"] == "ok"
	switch {
	case f.snaps() && !saved:
		note("旧快照（dump.rdb）里可能还有密钥，直到下一次保存：请运行 redis-cli BGSAVE")
	case f.denied && !saved:
		note("看不到 save 设置：若曾保存过快照（dump.rdb），里面可能还有密钥，请运行 redis-cli BGSAVE")
	}
	if !done.slowLog {
		note("慢日志里可能有这份问卷的去重数据和答案，这个账号清不了它：请用管理员账号运行 redis-cli SLOWLOG RESET")
	}
	if f.number("connected_slaves") > 0 {
		note("从节点的文件里可能还有旧密钥：请在每个从节点上运行 redis-cli BGREWRITEAOF；存快照的再运行 BGSAVE")
	}
	return notes
}
