package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/internal/metrics"
	"jindu/internal/outage"
	"jindu/internal/redisstore"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

const (
	// readyEvery is how often the store is looked at when nobody asks.
	readyEvery = 10 * time.Second
	// readyFresh is how long a look serves those who ask: it writes to the store, and
	// the public address lets anybody ask.
	readyFresh = 200 * time.Millisecond
)

// errWeak says that Redis was well at the start and is no longer.
var errWeak = errors.New("the store may lose what it acknowledges")

// readiness is whether the store can serve, as everybody is told.
type readiness struct {
	store   survey.Store
	metrics *metrics.Metrics
	weak    bool // weak durability is allowed
	outage  *outage.Log

	mu        sync.Mutex // one look at a time
	looked    time.Time
	health    survey.Health
	err       error
	forgetful bool // as far as is known: the store may lose what it acknowledges
}

// run looks until ctx ends, so that the metrics are not older than that.
func (r *readiness) run(ctx context.Context) {
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		_, _ = r.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look at the store, and note what it is like.
func (r *readiness) look(ctx context.Context) (survey.Health, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.looked) < readyFresh {
		return r.health, r.err
	}
	// Who asked first may go away; the others wait for the same look.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
	defer cancel()
	r.health, r.err = r.store.Check(ctx)
	if r.err == nil && r.health.Weak && !r.weak {
		r.err = errWeak
	}
	r.looked = time.Now()
	if r.err == nil || errors.Is(r.err, errWeak) {
		r.forgetful = r.health.Weak
	}
	r.metrics.SetStore(metrics.StoreState{Ready: r.err == nil, Durable: !r.forgetful, Lost: errors.Is(r.err, redisstore.ErrLost)})
	if r.err != nil {
		r.outage.Failed(ctx, r.err)
	} else {
		r.outage.Worked(ctx)
	}
	return r.health, r.err
}

// reason is what a server that is not ready says on the admin address, of Redis or of
// the embedded store.
func reason(h survey.Health, err error, redis bool) string {
	switch {
	case errors.Is(err, redisstore.ErrLost):
		return "Redis 被清空或换过，里面没有这个服务已知的问卷：现在不收答卷。请恢复备份（jindu restore），恢复后不用重启；确实要从头开始，就重启每一个 jindu serve"
	case errors.Is(err, redisstore.ErrRestoring):
		return "正在恢复备份，或恢复中断了：现在不收答卷。正在恢复就等它完成，不用重启；已中断就清空存储（redis-cli FLUSHDB，集群在每个主节点上 FLUSHALL），再运行一次 jindu restore"
	case errors.Is(err, errWeak):
		return "Redis 的设置变了：" + h.Durability + "。请改回来（appendonly yes、appendfsync always、maxmemory-policy noeviction）"
	case errors.Is(err, sqlitestore.ErrDiskFull):
		return "数据所在的磁盘满了或写不进：请腾出空间"
	}
	if says := redisstore.Advice(err); redis && says != "" {
		return says
	}
	return "存储没有响应"
}

// ready answers whether the process lives and whether it can serve; in detail, also
// why not, or what an acknowledged response survives.
func (r *readiness) register(routes gin.IRoutes, detail bool) {
	routes.Match(pageMethods, "/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	routes.Match(pageMethods, "/readyz", func(c *gin.Context) {
		health, err := r.look(c.Request.Context())
		status, answer := http.StatusOK, "ok\n"
		if err != nil {
			status, answer = http.StatusServiceUnavailable, "store unavailable\n"
		}
		if detail {
			switch {
			case err != nil:
				_, redis := r.store.(*redisstore.Store)
				answer += reason(health, err, redis) + "\n"
			case health.Warning != "":
				answer += health.Durability + "\n" + health.Warning + "\n"
			default:
				answer += health.Durability + "\n"
			}
		}
		c.String(status, "%s", answer)
	})
}
