package redisstore

import (
	"encoding/base64"
	"encoding/binary"
	"iter"
	"net/url"
	"strconv"
)

const (
	prefix      = "jindu:"
	accountsKey = prefix + "accounts"
	closingKey  = prefix + "closing"
	healthKey   = prefix + "health"
	restoreKey  = prefix + "restoring"
	claimPrefix = prefix + "claim:"
	quizPrefix  = prefix + "{q:"
	channel     = prefix + "dirty"
)

const (
	// buckets is how many hashes the dedup rows of a survey are spread over: at a
	// million respondents each is a listpack of 61 rows, a third of the memory of
	// a hash table and as fast.
	buckets = 1 << 14
	// clusterParts is how many parts a survey has when it opens on a Cluster.
	clusterParts = 64
	maxParts     = 1 << 10
)

// part is one part of a survey, all in one slot.
type part struct {
	survey string
	number int
	prefix string
}

// newPart names a part. The survey's id is escaped, for a brace would end the
// hash tag.
func newPart(survey string, number int) part {
	return part{survey, number, prefix + "{" + url.QueryEscape(survey) + ":" + strconv.Itoa(number) + "}:"}
}

func (p part) state() string            { return p.prefix + "state" }
func (p part) log() string              { return p.prefix + "log" }
func (p part) words() string            { return p.prefix + "words" }
func (p part) rollUp() string           { return p.prefix + "t" }
func (p part) late() string             { return p.prefix + "late" }
func (p part) township(t string) string { return p.prefix + "t:" + t }
func (p part) bucket(number int) string { return p.prefix + "d:" + strconv.Itoa(number) }
func home(survey string) part           { return newPart(survey, 0) }
func claimKey(claim [16]byte) string    { return claimPrefix + token(claim) }
func attemptKey(who [16]byte) string    { return quizPrefix + token(who) + "}" }
func replyKey(who, msg [16]byte) string { return attemptKey(who) + ":" + token(msg) }
func token(id [16]byte) string          { return base64.RawURLEncoding.EncodeToString(id[:]) }
func allParts(survey string, n int) []part {
	all := make([]part, n)
	for i := range all {
		all[i] = newPart(survey, i)
	}
	return all
}

// locate gives the part and the bucket of a dedup row in a survey of so many parts.
func locate(who []byte, parts int) (number, bucket int) {
	h := int(binary.BigEndian.Uint32(who))
	return h % parts, h / parts % (buckets / parts)
}

// bucketKeys gives the keys of all buckets of a part, so many at a time.
func (p part) bucketKeys(parts, atOnce int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for from := 0; from < buckets/parts; from += atOnce {
			var keys []string
			for b := from; b < min(from+atOnce, buckets/parts); b++ {
				keys = append(keys, p.bucket(b))
			}
			if !yield(keys) {
				return
			}
		}
	}
}
