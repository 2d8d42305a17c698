package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"jindu/survey"
)

// State of a survey; its key is made when first asked for, but never again for a
// survey that this process knows, or that other parts show to have been there: then
// it is lost (ErrLost). A Store that only looks finds an empty State.
func (s *Store) State(ctx context.Context, id string) (survey.State, error) {
	s.mu.Lock()
	_, known := s.known[id]
	s.mu.Unlock()
	row, err := s.stateRow(ctx, id, "look")
	if err == nil && row[3] == "" && !known && !s.looking {
		row, err = s.makeState(ctx, id)
	}
	if err != nil {
		return survey.State{}, err
	}
	st := survey.State{Fingerprint: row[1], Closed: row[2] != ""}
	if row[0] != "" {
		st.Key = []byte(row[0])
	}
	if err := s.compare(id, row[0], st.Closed); err != nil {
		return survey.State{}, err
	}
	if row[3] == "" {
		return st, nil // there is none
	}
	if row[0] == "" && !st.Closed {
		return survey.State{}, unavailable(ErrRestoring)
	}
	n, err := strconv.Atoi(row[3])
	if err != nil || n < 1 || n > maxParts || buckets%n != 0 {
		return survey.State{}, fmt.Errorf("state of %s: %q parts", id, row[3])
	}
	marked := row[4] != ""
	if !marked && n > 1 && !st.Closed && !s.looking {
		if err := s.markParts(ctx, id, n, mark(st.Key)); err != nil {
			return survey.State{}, err
		}
		marked = true
	}
	s.mu.Lock()
	k := s.known[id]
	k.parts, k.marked = n, marked
	s.known[id] = k
	s.mu.Unlock()
	return st, nil
}

// stateRow runs the script state.
func (s *Store) stateRow(ctx context.Context, id, do string) ([]string, error) {
	key := make([]byte, 32)
	rand.Read(key)
	reply, err := s.write(ctx, stateScript, []string{home(id).state()}, key, s.newParts(), do)
	if err != nil {
		return nil, err
	}
	row, ok := texts(reply, 5)
	if !ok {
		return nil, fmt.Errorf("state of %s: reply %T", id, reply)
	}
	return row, nil
}

// newParts is how many parts a survey has that opens on this Redis.
func (s *Store) newParts() int {
	if s.cluster {
		return clusterParts
	}
	return 1
}

// texts reads the first n elements of a script's reply.
func texts(reply any, n int) ([]string, bool) {
	list, ok := reply.([]any)
	if !ok || len(list) < n {
		return nil, false
	}
	all := make([]string, n)
	for i := range all {
		if all[i], ok = list[i].(string); !ok {
			return nil, false
		}
	}
	return all, true
}

// partsOf a survey. It was fixed when the survey opened, so that one which began
// on a single server stays in one part when it moves to a Cluster.
func (s *Store) partsOf(ctx context.Context, id string) (int, error) {
	if n := s.knownParts(id); n > 0 {
		return n, nil
	}
	if _, err := s.State(ctx, id); err != nil {
		return 0, err
	}
	if n := s.knownParts(id); n > 0 {
		return n, nil
	}
	return s.newParts(), nil // of nothing
}

func (s *Store) knownParts(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[id].parts
}

// freeze gives the fingerprint of a survey of several parts, which its first part
// decides, before any response: the parts share no transaction. So a survey may be
// frozen by a response that was then not stored.
func (s *Store) freeze(ctx context.Context, id, fingerprint, mark string) (string, error) {
	s.mu.Lock()
	frozen := s.known[id].frozen
	s.mu.Unlock()
	if frozen != "" {
		return frozen, nil
	}
	reply, err := s.write(ctx, freezeScript, []string{home(id).state()}, fingerprint, mark)
	if err != nil {
		return "", err
	}
	row, ok := texts(reply, 2)
	switch {
	case !ok:
		return "", fmt.Errorf("freezing %s: reply %T", id, reply)
	case row[1] == "lost":
		return "", s.partLost(home(id))
	case row[1] != "":
		return "", fmt.Errorf("%w: %s", survey.ErrClosed, id)
	}
	s.mu.Lock()
	k := s.known[id]
	k.frozen = row[0]
	s.known[id] = k
	s.mu.Unlock()
	return row[0], nil
}

// countAtOnce is how many hashes one call counts.
const countAtOnce = 1024

// Respondents counts the rows of the dedup table.
func (s *Store) Respondents(ctx context.Context, id string) (total int64, err error) {
	parts, err := s.partsOf(ctx, id)
	if err == nil {
		err = s.whole(id)
	}
	if err != nil {
		return 0, err
	}
	return s.countRows(ctx, allParts(id, parts))
}

// countRows of the dedup tables of all parts of a survey.
func (s *Store) countRows(ctx context.Context, all []part) (total int64, err error) {
	for _, p := range all {
		for keys := range p.bucketKeys(len(all), countAtOnce) {
			var n int64
			err := s.read(ctx, func(ctx context.Context) (err error) {
				n, err = countScript.Run(ctx, s.client, keys).Int64()
				return err
			})
			if err != nil {
				return 0, err
			}
			total += n
		}
	}
	return total, nil
}
