package search

import "slices"

// vocabulary numbers what the texts of a library are compared by, terms and features,
// in the order in which they first occur. It lies in shards by the keys, each of which
// has numbers of its own and is learned from by itself.
type vocabulary [shardCount]numbering

const shardCount = 4

func shardOf(key uint64) int { return int(key % shardCount) }

// find gives the shard of a key and its number there; false: no text has it.
func (v *vocabulary) find(key uint64) (shard int, number int32, known bool) {
	shard = shardOf(key)
	number, known = v[shard].find(key)
	return shard, number, known
}

// numbering is a hash table from keys to 0, 1, 2 … in the order in which they came,
// with open addressing. A library has millions of keys to be looked up: in a map of the
// language that took half of the time to build an index.
type numbering struct {
	keys  []uint64 // by number
	slots []int32  // a number plus one; 0: free. A power of two, at most half of them taken
}

// find gives the number of a key.
func (n *numbering) find(key uint64) (number int32, known bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	number = *n.slot(key) - 1
	return number, number >= 0
}

// add gives the number of a key, a new one if it has none yet.
func (n *numbering) add(key uint64) int32 {
	if 2*len(n.keys) >= len(n.slots) {
		n.grow()
	}
	s := n.slot(key)
	if *s == 0 {
		n.keys = append(n.keys, key)
		*s = int32(len(n.keys))
	}
	return *s - 1
}

// slot gives where the number of a key is, or would be.
func (n *numbering) slot(key uint64) *int32 {
	last := len(n.slots) - 1
	at := int(key*0x9e3779b97f4a7c15>>32) & last // Fibonacci hashing
	for n.slots[at] != 0 && n.keys[n.slots[at]-1] != key {
		at = (at + 1) & last
	}
	return &n.slots[at]
}

func (n *numbering) grow() {
	n.slots = make([]int32, max(1<<12, 2*len(n.slots)))
	n.keys = slices.Grow(n.keys, len(n.slots)/2-len(n.keys))
	for i, key := range n.keys {
		*n.slot(key) = int32(i) + 1
	}
}
