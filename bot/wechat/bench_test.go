package wechat

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/content"
	"jindu/internal/limit"
	"jindu/internal/redisstore"
	"jindu/internal/redisstore/redistest"
	"jindu/internal/sqlitestore"
)

const (
	benchConns = 16
	benchChunk = 320 // requests to one side before it is the other's turn
	question   = "依托咪酯是什么"
)

// sdkEngine is gin and the SDK's own server, echoing the text.
func sdkEngine(a account) *gin.Engine {
	official := officialaccount.NewOfficialAccount(&config.Config{
		AppID: a.appID, Token: a.token, EncodingAESKey: a.aesKey, Cache: cache.NewMemory(),
	})
	engine := gin.New()
	engine.POST("/wechat", func(c *gin.Context) {
		server := official.GetServer(c.Request, c.Writer)
		server.SetMessageHandler(func(m *message.MixMessage) *message.Reply {
			return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText(m.Content)}
		})
		if err := server.Serve(); err != nil {
			c.Status(http.StatusForbidden)
			return
		}
		_ = server.Send()
	})
	return engine
}

// lines are connections to one server that post prepared requests as fast as it
// answers. They read no more of HTTP than they must, so that what is measured is
// the server.
type lines struct{ conns []*bufio.ReadWriter }

func dial(b *testing.B, h http.Handler) *lines {
	server := httptest.NewServer(h)
	l := &lines{}
	for range benchConns {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		l.conns = append(l.conns, bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn)))
	}
	b.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return l
}

// run posts all requests and gives the time it took.
func (l *lines) run(b *testing.B, requests [][]byte) time.Duration {
	start := time.Now()
	var wg sync.WaitGroup
	for n, conn := range l.conns {
		wg.Go(func() {
			for i := n; i < len(requests); i += len(l.conns) {
				if err := exchangeOnce(conn, requests[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

func exchangeOnce(conn *bufio.ReadWriter, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	if err := conn.Flush(); err != nil {
		return err
	}
	length, chunked := -1, false
	for first := true; ; first = false {
		line, err := conn.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch {
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")):
			return fmt.Errorf("%s", line)
		case len(line) <= 2 && chunked:
			return skipChunks(conn)
		case len(line) <= 2:
			_, err := conn.Discard(length)
			return err
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			length, err = strconv.Atoi(string(bytes.TrimSpace(line[len("Content-Length: "):])))
		case bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked")):
			chunked = true
		}
		if err != nil {
			return err
		}
	}
}

func skipChunks(r *bufio.ReadWriter) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := r.Discard(int(n) + 2); err != nil || n == 0 {
			return err
		}
	}
}

// requests are n new messages of many followers, as they stand on the wire.
func requests(b *testing.B, a account, text string, next *int, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		*next++
		r := a.post(time.Now(), textMessage(fmt.Sprintf("oFollowerFollowerFollow%05d", *next%20_000), text, strconv.Itoa(23_456_789_012_345_678+*next)))
		body, err := io.ReadAll(r.Body)
		if err != nil {
			b.Fatal(err)
		}
		all[i] = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: jindu.example\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", r.URL.RequestURI(), len(body), body)
	}
	return all
}

// ratio runs both sides in turn over loopback and reports how many requests the
// webhook answers for each that gin and the SDK's server answer.
func ratio(b *testing.B, a account, text string, answerer Answerer, rates limit.Shared) {
	cfg := testConfig(b, a, nil)
	cfg.Answerer, cfg.Rates = answerer, rates
	shown := "依托咪酯"
	if text != question {
		shown = "题" // of its first question
	}
	ourEngine, theirEngine := testEngine(b, cfg), sdkEngine(a)
	for side, h := range map[string]http.Handler{"webhook": ourEngine, "SDK": theirEngine} {
		if got := a.content(b, h, textMessage("oAlice", text, "1")); !strings.Contains(got, shown) {
			b.Fatalf("%s answers %q", side, got)
		}
	}
	ours, theirs := dial(b, ourEngine), dial(b, theirEngine)
	var us, them time.Duration
	next := 0
	b.ResetTimer()
	for left := b.N; left > 0; left -= benchChunk {
		n := min(left, benchChunk)
		b.StopTimer()
		batch := requests(b, a, text, &next, n)
		b.StartTimer()
		us += ours.run(b, batch)
		them += theirs.run(b, batch)
	}
	b.ReportMetric(them.Seconds()/us.Seconds(), "ratio")
	b.ReportMetric(float64(b.N)/us.Seconds(), "webhook/s")
	b.ReportMetric(float64(b.N)/them.Seconds(), "sdk/s")
}

// What needs no state is answered without the store, on either engine, and a retry is
// answered anew: idempotency costs nothing there. A quiz commits each message with
// its reply, which costs a durable write that the SDK's echo does not make.
func BenchmarkWebhookRatio(b *testing.B) {
	for _, mode := range []struct {
		name    string
		account account
	}{{"plain", plainAccount}, {"safe", safeAccount}} {
		b.Run(mode.name+"/echo", func(b *testing.B) { ratio(b, mode.account, question, answerFunc(echo), nil) })
		for name, open := range map[string]func(*testing.B) engine{"embedded": openFile, "redis": openRedis} {
			b.Run(mode.name+"/bot/"+name, func(b *testing.B) {
				store := open(b)
				ratio(b, mode.account, question, realBot(b, store), ratesOf(b, store))
			})
			b.Run(mode.name+"/quiz/"+name, func(b *testing.B) {
				store := open(b)
				ratio(b, mode.account, "答题", realBot(b, store), ratesOf(b, store))
			})
		}
	}
}

// engine keeps quizzes and the replies to their messages.
type engine interface {
	quiz.Store
	Close() error
}

func openFile(b *testing.B) engine {
	store, err := sqlitestore.Open(b.Context(), filepath.Join(b.TempDir(), "jindu.db"), sqlitestore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	return store
}

func openRedis(b *testing.B) engine {
	store, err := redisstore.Open(b.Context(), redistest.Start(b).URL(), redisstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	return store
}

// ratesOf an engine, with which several servers count followers' messages together.
func ratesOf(b *testing.B, store engine) limit.Shared {
	if redis, ok := store.(*redisstore.Store); ok {
		return redis.Rates(testConfig(b, plainAccount, nil).Keys)
	}
	return nil
}

// realBot answers from the content that comes with the program.
func realBot(b *testing.B, store quiz.Store) *bot.Bot {
	lib, err := content.Load("")
	if err != nil {
		b.Fatal(err)
	}
	master := quiz.New(quiz.Config{Store: store, Library: func() *content.Library { return lib }, Now: time.Now})
	answerer := bot.New(bot.Config{Quiz: master, Now: time.Now})
	answerer.SetLibrary(lib)
	return answerer
}
