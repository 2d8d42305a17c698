package search

// trie finds the words of a list in a text.
type trie struct{ nodes []trieNode }

type trieNode struct {
	next   map[rune]int32
	values []int32
}

func newTrie() *trie { return &trie{nodes: make([]trieNode, 1)} }

// add gives a word one more value.
func (t *trie) add(word []rune, value int32) {
	at := int32(0)
	for _, r := range word {
		if t.nodes[at].next == nil {
			t.nodes[at].next = map[rune]int32{}
		}
		next, ok := t.nodes[at].next[r]
		if !ok {
			next = int32(len(t.nodes))
			t.nodes = append(t.nodes, trieNode{})
			t.nodes[at].next[r] = next
		}
		at = next
	}
	for _, v := range t.nodes[at].values {
		if v == value {
			return
		}
	}
	t.nodes[at].values = append(t.nodes[at].values, value)
}

// at calls found for every word that starts at runes[i]; a word of Latin letters
// or digits counts only when the text does not go on with more of them.
func (t *trie) at(runes []rune, i int, found func(end int, values []int32)) {
	if i > 0 && latin(runes[i]) && latin(runes[i-1]) {
		return
	}
	node := int32(0)
	for j := i; j < len(runes); j++ {
		next, ok := t.nodes[node].next[runes[j]]
		if !ok {
			return
		}
		node = next
		if values := t.nodes[node].values; len(values) > 0 {
			if latin(runes[j]) && j+1 < len(runes) && latin(runes[j+1]) {
				continue
			}
			found(j+1, values)
		}
	}
}
