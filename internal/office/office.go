package office

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/limit"
	"jindu/internal/page"
	"jindu/internal/respondent"
	"jindu/survey"
)

//go:embed *.html office.css live.js
var files embed.FS

// Config is what the console is made of.
type Config struct {
	Library  func() *content.Library
	Content  func() content.Status
	Store    survey.Store
	Accounts Accounts
	Keys     *respondent.Keys
	APIToken string // bearer token of the tally API; "" is none
	Legal    page.Legal
	Secure   bool         // cookies go over https alone
	Rates    limit.Shared // counts logins for all processes; nil: this is the only one
	Now      func() time.Time
	Log      *slog.Logger
}

// Handler serves the console and the tally API.
type Handler struct {
	Config
	apiToken [32]byte // hash of the token: equal lengths compare in constant time
	login    *page.Page
	list     *page.Page
	live     *page.Page
	message  *page.Page
	hub      *hub
	checker  *checker
	networks *limit.Limiter // logins by network
	names    *limit.Limiter // logins by account name
	ended    endings
	beat     time.Duration // between a stream's signs of life
	patience time.Duration // writePatience
}

const (
	storePatience = 3 * time.Second  // for one question to the store
	beat          = 15 * time.Second // below the idle timeout of usual proxies
)

// Bounds on logins: an office behind one address is many people, one name is one.
var (
	networkBound = limit.Bound{Name: "logins of a network", PerMinute: 30, Burst: 30, Keys: 4096, Exact: true, Wait: limit.Patient}
	nameBound    = limit.Bound{Name: "logins of a name", PerMinute: 10, Burst: 10, Keys: 4096, Exact: true, Wait: limit.Patient}
)

// New parses the pages.
func New(cfg Config) (*Handler, error) {
	h := &Handler{
		Config: cfg, apiToken: sha256.Sum256([]byte(cfg.APIToken)), checker: newChecker(), beat: beat, patience: writePatience,
		networks: limit.New(networkBound, cfg.Rates, cfg.Now), names: limit.New(nameBound, cfg.Rates, cfg.Now),
		ended: endings{until: map[[16]byte]time.Time{}},
	}
	h.hub = newHub(cfg)
	for _, p := range []struct {
		to       **page.Page
		tmpl, js string
	}{
		{&h.login, "login.html", ""},
		{&h.list, "list.html", ""},
		{&h.live, "live.html", "live.js"},
		{&h.message, "message.html", ""},
	} {
		var err error
		if *p.to, err = page.New(files, cfg.Legal, p.tmpl, "office.css", p.js); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Run keeps the live tallies until ctx ends; then every stream ends too.
func (h *Handler) Run(ctx context.Context) error {
	h.hub.run(ctx)
	return nil
}

// Register adds the console's routes.
func (h *Handler) Register(r gin.IRoutes) {
	r.GET("/office/login", h.getLogin)
	r.POST("/office/login", h.postLogin)
	r.POST("/office/logout", h.postLogout)
	r.GET("/office/", h.getList)
	r.GET("/office/surveys/:id", h.getLive)
	r.GET("/api/surveys/:id/tally", h.getTally)
	r.GET("/api/surveys/:id/live", h.getStream)
}

// tally reads the figures that a place's office may see, as they are now.
func (h *Handler) tally(ctx context.Context, q *content.Questionnaire, by survey.Level, scope string) (survey.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	t, err := h.Store.Tally(ctx, q.ID, survey.Filter{Level: survey.RowsFor(by)})
	if err != nil {
		return survey.Report{}, err
	}
	return survey.NewReport(h.Library(), q, by, t.Rows, h.Now()).Only(scope), nil
}

// level reads ?by=; township where there is none.
func level(c *gin.Context) (survey.Level, bool) {
	switch by := survey.Level(c.DefaultQuery("by", string(survey.ByTownship))); by {
	case survey.ByTownship, survey.ByVillage, survey.ByPoint:
		return by, true
	}
	return survey.ByTownship, false
}

// logTrouble logs a failure that is not the client's own going away.
func (h *Handler) logTrouble(c *gin.Context, what string, err error) {
	if !errors.Is(err, context.Canceled) {
		h.Log.Error(what, "route", c.FullPath(), "error", err)
	}
}
