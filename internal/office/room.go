package office

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"jindu/content"
	"jindu/survey"
)

// room reads one survey's tally for all who watch it. Its goroutine owns all but
// the views, which the hub guards.
type room struct {
	hub    *hub
	survey string
	wake   chan struct{} // a view came that has no frame yet
	views  map[view]*feed

	rows    []survey.Row
	level   survey.Level // of rows; "" before the first read
	lib     *content.Library
	status  []byte
	trouble bool // the last read failed
}

// run reads when the store tells of a change, at most once a pause, and
// regularly in any case, since notices may be lost. It ends at a regular read
// that finds the room empty, so that a reconnect does not cost a read.
func (r *room) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	regular := time.NewTicker(r.hub.regular)
	defer regular.Stop()
	due := time.NewTimer(0) // the first read
	defer due.Stop()
	notices := r.watch(ctx)
	armed, full, dirty := true, true, map[string]struct{}{}
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case d, open := <-notices:
			if !open {
				notices = nil // taken up again at the regular read
			}
			for _, t := range d.Townships {
				dirty[t] = struct{}{}
			}
		case <-r.wake:
			if r.level == r.needed() || r.level == survey.ByPoint {
				r.render(false)
			} else {
				full = true
			}
		case <-regular.C:
			if r.hub.sweep(r) {
				return
			}
			if notices == nil {
				notices = r.watch(ctx)
			}
			full = true
		case <-due.C:
			armed = false
			if err := r.read(ctx, full, dirty); err == nil {
				full = false
				clear(dirty)
			}
			last = time.Now()
			continue // after a failure the next notice or regular read tries again
		}
		if !armed && (full || len(dirty) > 0) {
			armed = true
			due.Reset(time.Until(last.Add(r.hub.pause)))
		}
	}
}

// watch gives nil where the store cannot tell of changes now; the regular read
// still finds them.
func (r *room) watch(ctx context.Context) <-chan survey.Dirty {
	notices, err := r.hub.store.Watch(ctx, r.survey)
	if err != nil && ctx.Err() == nil {
		r.hub.log.Warn("no notices of responses, reading regularly", "survey", r.survey, "error", err)
	}
	return notices
}

// needed is the level of rows that all views can be made of.
func (r *room) needed() survey.Level {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	for v := range r.views {
		if v.by == survey.ByPoint {
			return survey.ByPoint
		}
	}
	return survey.RowsFor(survey.ByTownship)
}

// read brings the rows up to date: all of them, or those of the dirty townships.
func (r *room) read(ctx context.Context, full bool, dirty map[string]struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	level := r.needed()
	filter := survey.Filter{Level: level}
	if full = full || level != r.level; !full {
		filter.Townships = slices.Sorted(maps.Keys(dirty))
	}
	t, err := r.hub.store.Tally(ctx, r.survey, filter)
	if err != nil {
		if !r.trouble && ctx.Err() != context.Canceled {
			r.hub.log.Error("live tally", "survey", r.survey, "error", err)
		}
		r.trouble = true
		r.render(false)
		return err
	}
	r.trouble = false
	rows := t.Rows
	if !full {
		rows = merge(r.rows, t.Rows, dirty)
	}
	changed := r.level == "" || !slices.EqualFunc(rows, r.rows, func(a, b survey.Row) bool {
		return a.Place == b.Place && a.Point == b.Point && maps.Equal(a.Counts, b.Counts)
	})
	if changed || level != r.level {
		r.rows, r.level = rows, level
	}
	r.render(changed)
	return nil
}

// merge puts the fresh rows of the dirty townships in the place of the old ones,
// in the order of a tally's rows.
func merge(old, fresh []survey.Row, dirty map[string]struct{}) []survey.Row {
	rows := slices.DeleteFunc(slices.Clone(old), func(row survey.Row) bool {
		_, again := dirty[survey.TownshipCode(row.Place)]
		return again
	})
	rows = append(rows, fresh...)
	slices.SortFunc(rows, func(a, b survey.Row) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), strings.Compare(a.Point, b.Point))
	})
	return rows
}

// render makes the frames of every view, or of those that lack one or whose
// words changed: new content, or a new status.
func (r *room) render(changed bool) {
	lib := r.hub.library()
	changed = changed || lib != r.lib
	r.lib = lib
	status := event("status", encode(newStatus(r.hub.status(), r.trouble)))
	sameStatus := string(status) == string(r.status)
	r.status = status

	r.hub.mu.Lock()
	views := maps.Clone(r.views)
	r.hub.mu.Unlock()
	q := lib.Questionnaires[r.survey]
	reports := map[survey.Level]survey.Report{}
	for v, feed := range views {
		old := feed.frame.Load()
		tally := old.tally
		if q != nil && r.level != "" && (changed || tally == nil) && (v.by != survey.ByPoint || r.level == survey.ByPoint) {
			report, made := reports[v.by]
			if !made {
				report = survey.NewReport(lib, q, v.by, r.rows, r.hub.now())
				reports[v.by] = report
			}
			tally = event("tally", encode(report.Only(v.scope)))
		} else if sameStatus && old.status != nil {
			continue
		}
		feed.put(tally, status)
	}
}

// event is one server-sent event (WHATWG HTML, 9.2); data is one line.
func event(name string, data []byte) []byte {
	return []byte("event: " + name + "\ndata: " + string(data) + "\n\n")
}
