package search

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed data/safety.txt
var classTable string

// hitsLimit bounds the words of classes that are found in one message.
const hitsLimit = 400

// wordClasses is the parsed safety.txt.
type wordClasses struct {
	ids   numbered
	words [][]string // by id, so that what comes first in a message is always the same
}

var classes = mustClasses(classTable)

// mustClasses reads safety.txt.
func mustClasses(table string) *wordClasses {
	c := &wordClasses{ids: numbered{}}
	for _, line := range dataLines(table) {
		head, rest, ok := strings.Cut(line, ":")
		name := strings.Fields(head)
		if !ok || len(name) != 2 || name[0] != "word" {
			panic(fmt.Sprintf("search: safety.txt: %q", line))
		}
		id := c.ids.add(name[1])
		if int(id) == len(c.words) {
			c.words = append(c.words, nil)
		}
		c.words[id] = append(c.words[id], strings.Fields(rest)...)
	}
	return c
}

// hit is a word of a class in a message.
type hit struct {
	class     int32
	from, end int
}

// hits are all words of the classes in one message, in order.
type hits []hit

// within says that a word of the class covers the position.
func (h hits) within(class int32, at int) bool {
	return slices.ContainsFunc(h, func(x hit) bool { return x.class == class && x.from <= at && at < x.end })
}
