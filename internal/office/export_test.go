package office

import (
	"crypto/sha256"
	"time"

	"jindu/internal/limit"
	"jindu/survey"
)

// Pace makes streams beat and rooms read at other intervals, for tests.
func (h *Handler) Pace(beat, pause, regular time.Duration) {
	h.beat, h.hub.pause, h.hub.regular = beat, pause, regular
}

// Patience bounds one write to a stream, for tests.
func (h *Handler) Patience(d time.Duration) { h.patience = d }

// MostWatchers bounds the streams, for tests.
func (h *Handler) MostWatchers(n int) { h.hub.most = n }

// ForgetLimits lets everyone log in again at once.
func (h *Handler) ForgetLimits() {
	h.networks = limit.New(networkBound, h.Rates, h.Now)
	h.names = limit.New(nameBound, h.Rates, h.Now)
}

// SetAPIToken replaces the token of the API.
func (h *Handler) SetAPIToken(token string) {
	h.APIToken, h.apiToken = token, sha256.Sum256([]byte(token))
}

// SetStore replaces the store of pages and streams alike.
func (h *Handler) SetStore(s survey.Store) { h.Store, h.hub.store = s, s }

// Watchers counts the open streams.
func (h *Handler) Watchers() int {
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	return h.hub.watchers
}
