package bot

import (
	"fmt"
	"strings"
)

// PlainText is the reply for a terminal: links with their addresses, choices as
// the words to type.
func (r Reply) PlainText() string {
	var b strings.Builder
	b.WriteString(r.Text)
	if len(r.Links) > 0 {
		b.WriteString("\n")
	}
	for _, l := range r.Links {
		fmt.Fprintf(&b, "\n%s：%s", l.Label, l.URL)
	}
	if len(r.Choices) > 0 {
		b.WriteString("\n")
	}
	for _, c := range r.Choices {
		fmt.Fprintf(&b, "\n  · %s", c.Label)
		if !strings.HasPrefix(c.Label, c.Send) {
			fmt.Fprintf(&b, "（打“%s”）", c.Send)
		}
	}
	return strings.TrimLeft(b.String(), "\n")
}
