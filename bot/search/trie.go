package search

import "slices"

// trie finds the words of a list in a text.
type trie struct {
	root   []int32 // node of a first rune of the basic plane; 0: none
	nodes  []trieNode
	more   [][]trieEdge // of the nodes with several next ones, all but the first
	values [][]int32    // of the nodes that end a word
}

type trieNode struct {
	first    trieEdge // of most nodes the only one; to node 0: none
	moreAt   int32    // index into more; 0: none
	valuesAt int32    // index into values; 0: no word ends here
}

type trieEdge struct {
	r    rune
	node int32
}

// newTrie has room for so many characters of words.
func newTrie(room int) *trie {
	return &trie{root: make([]int32, 1<<16), nodes: make([]trieNode, 1, 1+room), more: make([][]trieEdge, 1), values: make([][]int32, 1)}
}

func (t *trie) step(node int32, r rune) int32 {
	if node == 0 && r < 1<<16 {
		return t.root[r]
	}
	n := &t.nodes[node]
	if n.first.r == r {
		return n.first.node
	}
	for _, e := range t.more[n.moreAt] {
		if e.r == r {
			return e.node
		}
	}
	return 0
}

// add gives a word one more value.
func (t *trie) add(word []rune, value int32) {
	if len(word) == 0 {
		return
	}
	at := int32(0)
	for _, r := range word {
		next := t.step(at, r)
		if next == 0 {
			next = int32(len(t.nodes))
			t.nodes = append(t.nodes, trieNode{})
			switch n := &t.nodes[at]; {
			case at == 0 && r < 1<<16:
				t.root[r] = next
			case n.first.node == 0:
				n.first = trieEdge{r, next}
			case n.moreAt == 0:
				n.moreAt = int32(len(t.more))
				t.more = append(t.more, []trieEdge{{r, next}})
			default:
				t.more[n.moreAt] = append(t.more[n.moreAt], trieEdge{r, next})
			}
		}
		at = next
	}
	of := &t.nodes[at].valuesAt
	if *of == 0 {
		*of = int32(len(t.values))
		t.values = append(t.values, nil)
	}
	if !slices.Contains(t.values[*of], value) {
		t.values[*of] = append(t.values[*of], value)
	}
}

// at calls found for every word that starts at runes[i]; a word of Latin letters
// or digits counts only when the text does not go on with more of them.
func (t *trie) at(runes []rune, i int, found func(end int, values []int32)) {
	node := t.step(0, runes[i])
	if node == 0 || (i > 0 && latin(runes[i]) && latin(runes[i-1])) {
		return
	}
	for j := i + 1; node != 0; j++ {
		if at := t.nodes[node].valuesAt; at != 0 && (!latin(runes[j-1]) || j == len(runes) || !latin(runes[j])) {
			found(j, t.values[at])
		}
		if j == len(runes) {
			return
		}
		node = t.step(node, runes[j])
	}
}
