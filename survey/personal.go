package survey

import (
	"context"
	"encoding/binary"
	"time"

	"jindu/content"
	"jindu/internal/respondent"
)

// PersonalLinkLife is how long the bot's personal link holds.
const PersonalLinkLife = 24 * time.Hour

// Personal is what a personal link proves: the pseudonym of a WeChat follower
// in one survey, until a time.
type Personal struct {
	Respondent respondent.Pseudonym
	Until      time.Time
	Claim      [16]byte // names this link, for Store.Claim
}

// Follower is the pseudonym in one survey of who has that openid, however it
// became known.
func (d *Desk) Follower(ctx context.Context, q *content.Questionnaire, openid string) (respondent.Pseudonym, error) {
	key, err := d.key(ctx, q.ID)
	if err != nil {
		return respondent.Pseudonym{}, err
	}
	return d.keys.Pseudonym(key, content.TierWechat, openid), nil
}

// PersonalToken for the follower with that openid. The same arguments give the
// same token; the openid is not in it.
func (d *Desk) PersonalToken(ctx context.Context, q *content.Questionnaire, openid string, at time.Time) (string, error) {
	who, err := d.Follower(ctx, q, openid)
	if err != nil {
		return "", err
	}
	mark, err := d.Mark(ctx, q)
	if err != nil {
		return "", err
	}
	raw := append(mark[:], who[:]...)
	raw = binary.BigEndian.AppendUint32(raw, uint32(at.Add(PersonalLinkLife).Unix()))
	return d.keys.Seal("personal", raw), nil
}

// ReadPersonal reads the token of a personal link to that questionnaire. One from
// before the survey was begun anew is of nobody.
func (d *Desk) ReadPersonal(ctx context.Context, q *content.Questionnaire, token string) (Personal, bool) {
	raw, ok := d.keys.Open("personal", token)
	if !ok || len(raw) != 28 {
		return Personal{}, false
	}
	if mark, err := d.Mark(ctx, q); err != nil || Mark(raw[:8]) != mark {
		return Personal{}, false
	}
	p := Personal{Respondent: respondent.Pseudonym(raw[8:24]), Until: time.Unix(int64(binary.BigEndian.Uint32(raw[24:])), 0)}
	sum := d.keys.MAC("personal claim", raw)
	p.Claim = [16]byte(sum[:16])
	return p, d.now().Before(p.Until)
}

// ClaimPersonal binds a personal link to the first browser that opens it, and
// says whether this device is that one.
func (d *Desk) ClaimPersonal(ctx context.Context, p Personal, device string) (bool, error) {
	sum := d.keys.MAC("personal owner", []byte(device))
	owner := [16]byte(sum[:16])
	first, err := d.store.Claim(ctx, p.Claim, owner, p.Until)
	return first == owner, err
}
