package survey

import (
	"context"

	"jindu/content"
	"jindu/internal/respondent"
)

// Mark tells one life of a survey from another: a store that was emptied begins the
// survey anew, under another key, and who answered before has not answered since. It
// tells nothing of the key.
type Mark [8]byte

// Mark of a survey as the store has it, or as it was last seen while the store is away.
func (d *Desk) Mark(ctx context.Context, q *content.Questionnaire) (Mark, error) {
	key, err := d.key(ctx, q.ID)
	if err != nil {
		return Mark{}, err
	}
	sum := d.keys.MAC("survey mark", []byte(q.ID), key)
	return Mark(sum[:8]), nil
}

// Find asks the store for the response of a respondent, and says whether there is one.
func (d *Desk) Find(ctx context.Context, q *content.Questionnaire, who respondent.Pseudonym) (Receipt, bool, error) {
	found, ok, err := d.store.Find(ctx, q.ID, who)
	if err != nil || !ok {
		return Receipt{}, false, err
	}
	return d.Receipt(q, who, found), true, nil
}
