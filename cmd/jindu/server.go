package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/bot/wechat"
	"jindu/content"
	"jindu/internal/learn"
	"jindu/internal/limit"
	"jindu/internal/metrics"
	"jindu/internal/office"
	"jindu/internal/outage"
	"jindu/internal/page"
	"jindu/internal/redisstore"
	"jindu/internal/respondent"
	"jindu/survey"
	"jindu/survey/web"
)

const defaultAddr = "127.0.0.1:8080"

// How often the content folder is looked at.
const contentPoll = time.Second

// settings is what the server is made of, from whatever command.
type settings struct {
	addr, adminAddr string // adminAddr "" or "off": none
	baseURL         string
	learnURL        string   // host of the learning pages in replies; "": baseURL
	origins         []string // other hosts of this server
	store           store
	weak            bool // start although the store may lose what it acknowledged
	content         string
	keys            *respondent.Keys
	legal           page.Legal
	wechat          wechatSettings
	apiToken        string
	assistPIN       string
	limits          limitFlags
	proxies         []string
	accounts        office.Accounts // nil: those in the engine
	log             *slog.Logger
	extend          func(*server) error // adds what only this command has
	ready           func(*server)       // called once it listens
}

// server is one running jindu.
type server struct {
	settings
	engine   engine
	metrics  *metrics.Metrics
	health   *readiness
	account  *officialAccount // nil: WeChat's API is not called
	live     *content.Live
	desk     *survey.Desk
	office   *office.Handler
	webhook  *wechat.Webhook
	routes   *gin.Engine
	handler  http.Handler // routes behind what every request passes
	listener net.Listener
}

// runServer serves until ctx ends, then finishes what is under way.
func runServer(ctx context.Context, set settings) error {
	if err := checkAddr("JINDU_ADDR", set.addr); err != nil {
		return err
	}
	if set.adminAddr != "" && set.adminAddr != "off" {
		if err := checkAddr("JINDU_ADMIN_ADDR", set.adminAddr); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", set.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s 正被别的程序占用：请停掉它，或用 --addr 换一个端口，如 --addr 127.0.0.1:8081", set.addr)
	}
	if errors.Is(err, syscall.EACCES) {
		return usageError("没有权限监听 " + set.addr + "：1024 以下的端口请交给反向代理，这里换一个，如 127.0.0.1:8080")
	}
	if err != nil {
		return fmt.Errorf("不能监听 %s：%w", set.addr, err)
	}
	defer listener.Close()
	// A port of 0 is known only now.
	if set.baseURL, err = baseURL(set.baseURL, listener.Addr().String()); err != nil {
		return err
	}
	if err := set.checkHosts(); err != nil {
		return err
	}
	engine, err := set.store.serve(ctx, set.weak, set.log)
	if err != nil {
		return err
	}
	build := version()
	s := &server{settings: set, engine: engine, metrics: metrics.New(build.release, build.commit), listener: listener}
	s.health = &readiness{store: engine, metrics: s.metrics, weak: set.weak, outage: outage.New(set.log, "not ready", time.Now)}
	err = errors.Join(s.run(ctx), engine.Close())
	if err == nil {
		set.log.Info("stopped")
	}
	return err
}

func (s *server) run(ctx context.Context) error {
	if err := s.wire(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { s.live.Run(ctx, contentPoll); return nil })
	group.Go(func() error { return s.office.Run(ctx) })
	group.Go(func() error { s.health.run(ctx); return nil })
	if s.account != nil {
		group.Go(func() error { s.account.run(ctx); return nil })
		s.account.await(ctx)
	}
	group.Go(func() error { return serveHTTP(ctx, s.listener, s.handler, s.log, s.webhook.Close) })
	if s.adminAddr != "" && s.adminAddr != "off" {
		listener, err := net.Listen("tcp", s.adminAddr)
		if err != nil {
			err = fmt.Errorf("不能监听管理地址 %s（设 JINDU_ADMIN_ADDR=off 可关闭）：%w", s.adminAddr, err)
			group.Go(func() error { return err })
			return group.Wait()
		}
		admin, err := s.admin()
		if err != nil {
			return err
		}
		group.Go(func() error { return serveHTTP(ctx, listener, admin, s.log, nil) })
	}
	if s.ready != nil {
		s.ready(s)
	}
	group.Go(func() error {
		<-ctx.Done()
		s.log.Info("stopping: what is under way is finished first", "within", shutdownTimeout)
		return nil
	})
	return group.Wait()
}

// wire joins the rooms.
func (s *server) wire(ctx context.Context) (err error) {
	counted := s.metrics.Store(s.engine)
	s.desk = survey.NewDesk(counted, s.keys, time.Now)
	if s.live, err = content.NewLive(ctx, s.content, s.desk.Accept, s.log); err != nil {
		return fmt.Errorf("内容有错，先改好再启动（jindu check 可查看）：\n%w", err)
	}
	b := newBot(s.engine, surveyLinks{s}, learn.Site(cmp.Or(s.learnURL, s.baseURL)), s.live.Library)
	s.live.OnChange(b.SetLibrary)
	s.live.OnChange(func(lib *content.Library) { s.metrics.SetContent(lib.Version) })

	pageReaders, lateAnswers, err := s.official()
	if err != nil {
		return err
	}
	var rates limit.Shared
	if store, ok := s.engine.(*redisstore.Store); ok { // several processes, one count
		rates = store.Rates(s.keys)
	}
	reply := func(id string) func() string {
		return func() string { return s.live.Library().Replies[id].Text }
	}
	s.webhook, err = wechat.New(wechat.Config{
		Token: s.wechat.token, AppID: s.wechat.appID, AESKey: s.wechat.aesKey,
		Answerer: s.metrics.Bot(b), Letters: lateAnswers, Keys: s.keys, Now: time.Now,
		RateFollower: s.limits.RateFollower, Rates: rates, Inflight: s.limits.WebhookInflight, Log: s.log,
		Busy: reply("busy"), RateLimited: reply("slow-down"),
	})
	if err != nil {
		return fmt.Errorf("微信设置有误：%w", err)
	}
	secure := strings.HasPrefix(s.baseURL, "https://")
	pages, err := web.New(web.Config{
		Library: s.live.Library, Desk: s.desk, Keys: s.keys, Legal: s.legal, BaseURL: s.baseURL, Secure: secure,
		AssistPIN: s.assistPIN, WeChat: pageReaders, RateTicket: s.limits.RateTicket, Rates: rates, Now: time.Now, Log: s.log,
	})
	if err != nil {
		return err
	}
	reading, err := learn.New(learn.Config{Library: s.live.Library, Urgent: b.Urgent, Legal: s.legal})
	if err != nil {
		return err
	}
	accounts := s.accounts
	if accounts == nil {
		accounts = s.engine
	}
	s.office, err = office.New(office.Config{
		Library: s.live.Library, Content: s.live.Status, Store: counted, Accounts: accounts, Keys: s.keys,
		APIToken: s.apiToken, Legal: s.legal, Secure: secure, Rates: rates, Now: time.Now, Log: s.log,
	})
	if err != nil {
		return err
	}
	if s.routes, err = newEngine(s.log, s.proxies, s.metrics.Observe, limitPages(s.keys, s.limits.RateTicket*pagesPerTicket)); err != nil {
		return err
	}
	if s.handler, err = protect(s.routes, s.hosts()...); err != nil {
		return err
	}
	s.routes.Match(pageMethods, "/", func(c *gin.Context) { c.Redirect(http.StatusFound, "/learn/") }) // who types the bare domain reads on
	s.webhook.Register(s.routes)
	pages.Register(s.routes)
	reading.Register(s.routes)
	s.office.Register(s.routes)
	s.health.register(s.routes, false)
	s.domainFiles(s.routes)
	if s.extend != nil {
		return s.extend(s)
	}
	return nil
}

// newBot is the one way a bot is made, for the webhook and the terminal, which has
// no site.
func newBot(store quiz.Store, surveys bot.Surveys, site bot.Site, library func() *content.Library) *bot.Bot {
	asker := quiz.New(quiz.Config{Store: store, Library: library, Now: time.Now})
	return bot.New(bot.Config{Quiz: asker, Surveys: surveys, Site: site, Now: time.Now})
}

// surveyLinks gives the bot personal links.
type surveyLinks struct{ *server }

// Running says whether a questionnaire takes answers today.
func (s surveyLinks) Running(q *content.Questionnaire) bool { return s.desk.Phase(q) == survey.Running }

// Link is the personal link of a follower to a questionnaire at a place.
func (s surveyLinks) Link(ctx context.Context, from bot.OpenID, id, place string, at time.Time) (string, error) {
	lib := s.live.Library()
	q, p := lib.Questionnaires[id], lib.Places[place]
	if q == nil || p == nil {
		return "", fmt.Errorf("no questionnaire %q at place %q", id, place)
	}
	token, err := s.desk.PersonalToken(ctx, q, string(from), at)
	if errors.Is(err, survey.ErrClosed) {
		return "", bot.ErrClosed
	}
	if err != nil {
		return "", err
	}
	ticket, err := survey.NewTicket(q, p, "")
	if err != nil {
		return "", err
	}
	return s.baseURL + "/s/" + ticket.Encode(s.keys) + "?as=" + token, nil
}

// baseURL checks the public address, or makes one of the address listened on.
func baseURL(base, addr string) (string, error) {
	if base == "" {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			return "", err
		}
		if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
			host = "127.0.0.1"
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	return publicURL("JINDU_BASE_URL", base)
}
