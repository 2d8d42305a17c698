package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"jindu/internal/dedup"
	"jindu/internal/respondent"
	"jindu/survey"
)

const selectState = "SELECT key, fingerprint, closed_at IS NOT NULL FROM surveys WHERE id = ?"

// State of a survey; its key is made when first asked for.
func (s *Store) State(ctx context.Context, id string) (st survey.State, err error) {
	err = s.read.row(ctx, selectState, []any{id}, &st.Key, &st.Fingerprint, &st.Closed)
	if isNoRows(err) {
		err = s.writer.do(ctx, func(b *batch, _ *item) error {
			if _, err := b.survey(id); err != nil {
				return err
			}
			return b.row(selectState, []any{id}, &st.Key, &st.Fingerprint, &st.Closed)
		})
		if err != nil {
			return survey.State{}, err // and leaves st to the writer, which may still be at it
		}
		return st, nil
	}
	if err != nil {
		return survey.State{}, unavailable(err)
	}
	return st, nil
}

// Respondents counts the rows of the dedup table.
func (s *Store) Respondents(ctx context.Context, id string) (n int64, err error) {
	err = s.read.row(ctx, "SELECT count(*) FROM dedup WHERE survey = ?", []any{id}, &n)
	if err != nil {
		return 0, unavailable(err)
	}
	return n, nil
}

// Find looks a respondent up in the dedup table.
func (s *Store) Find(ctx context.Context, id string, who respondent.Pseudonym) (survey.Result, bool, error) {
	mask := dedup.NewMask(id, who)
	var closed bool
	var first []byte
	err := s.read.row(ctx, `SELECT closed_at IS NOT NULL, (SELECT first FROM dedup WHERE survey = id AND who = ?)
		FROM surveys WHERE id = ?`, []any{mask.Who(), id}, &closed, &first)
	switch {
	case isNoRows(err):
		return survey.Result{}, false, nil
	case err != nil:
		return survey.Result{}, false, unavailable(err)
	case closed:
		return survey.Result{}, false, fmt.Errorf("%w: %s", survey.ErrClosed, id)
	case first == nil:
		return survey.Result{}, false, nil
	}
	submission, at, err := mask.Reveal(first)
	return survey.Result{Outcome: survey.Duplicate, FirstID: submission, At: at}, err == nil, err
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
