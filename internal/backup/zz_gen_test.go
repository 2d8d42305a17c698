package backup_test

import (
	"context"
	"encoding/binary"
	"crypto/sha256"
	"os"
	"strconv"
	"testing"
	"time"
	"fmt"

	"jindu/content"
	"jindu/internal/backup"
	"jindu/internal/dedup"
	"jindu/internal/respondent"
	"jindu/survey"
)

type gen struct{ n int; q *content.Questionnaire }

func (g gen) Size(context.Context) (int64, error) { return int64(2 * g.n), nil }
func (g gen) Dump(ctx context.Context, put func(backup.Record) error) error {
	key := make([]byte, 32)
	if err := put(backup.Record{Survey: &backup.Survey{ID: g.q.ID, Key: key, Fingerprint: g.q.Fingerprint}}); err != nil { return err }
	type at struct{ place, point, cell string }
	counts := map[at]int64{}
	var villages []string
	for _, p := range g.q.Place.Children { for _, v := range p.Children { villages = append(villages, v.Code) } }
	for i := range g.n {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		who := respondent.Pseudonym(sum[:16])
		m := dedup.NewMask(g.q.ID, who)
		when := time.Unix(1_800_000_000+int64(i)/2, 0)
		if err := put(backup.Record{Respondent: &backup.Respondent{Who: m.Who(), First: m.Hide(survey.SubmissionID(sum[16:]), when)}}); err != nil { return err }
		e := &backup.Entry{Version: 1, Tier: []string{"wechat","device","assisted"}[i%3], Place: villages[int(sum[0])*7%len(villages)], Point: fmt.Sprint("收集点", sum[1]%3), Minute: when.Unix()/60}
		for j, x := range g.q.Questions {
			if len(x.Options) > 0 {
				e.Answers = append(e.Answers, survey.Answer{Question: x.ID, Options: []string{x.Options[int(sum[2+j])%len(x.Options)].ID}})
			} else if i%10 == 0 {
				e.Answers = append(e.Answers, survey.Answer{Question: x.ID, Text: fmt.Sprint("希望多来村里宣传，讲讲电子烟的危害", i)})
			}
		}
		for _, c := range survey.Cells(g.q, e.Tier, nil, e.Answers) { counts[at{e.Place, e.Point, c.Name}] += c.N }
		if err := put(backup.Record{Entry: e}); err != nil { return err }
	}
	for k, n := range counts { if err := put(backup.Record{Count: &backup.Count{Place: k.place, Point: k.point, Cell: k.cell, N: n}}); err != nil { return err } }
	return nil
}

func TestGen(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("GEN"))
	if err != nil { t.Skip() }
	lib, err := content.Load("")
	if err != nil { t.Fatal(err) }
	sum, err := backup.Create(t.Context(), "/tmp/j/million.jindu", gen{n, lib.Questionnaires["qiongshan-2026"]}, time.Now(), nil)
	t.Log(sum, err)
}
