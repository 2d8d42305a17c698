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
	ids   map[string]int32
	words map[int32][]string
}

var classes = mustClasses(classTable)

// mustClasses reads safety.txt.
func mustClasses(table string) *wordClasses {
	c := &wordClasses{ids: map[string]int32{}, words: map[int32][]string{}}
	for _, line := range dataLines(table) {
		head, rest, ok := strings.Cut(line, ":")
		name := strings.Fields(head)
		if !ok || len(name) != 2 || name[0] != "word" {
			panic(fmt.Sprintf("search: safety.txt: %q", line))
		}
		id, known := c.ids[name[1]]
		if !known {
			id = int32(len(c.ids))
			c.ids[name[1]] = id
		}
		c.words[id] = append(c.words[id], strings.Fields(rest)...)
	}
	return c
}

// class gives the index of a class; it must exist.
func (c *wordClasses) class(name string) int32 {
	id, ok := c.ids[name]
	if !ok {
		panic("search: safety.txt has no class " + name)
	}
	return id
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
