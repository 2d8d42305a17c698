package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// quiet sends what go-redis says of itself, which has one place for all clients
// of a process, to the log at debug level: errors are told by who meets them.
var quiet = sync.OnceFunc(func() { redis.SetLogger(clientLog{}) })

type clientLog struct{}

func (clientLog) Printf(ctx context.Context, format string, v ...any) {
	if log := slog.Default(); log.Enabled(ctx, slog.LevelDebug) {
		log.DebugContext(ctx, "redis client", "said", fmt.Sprintf(format, v...))
	}
}
