package learn

import "jindu/content"

const (
	root     = "/learn/"
	pictures = root + "pictures/"
)

// Site knows the addresses of the pages. It is the public address of the host
// that they are read on, without a path; "" gives addresses for that host itself.
type Site string

// Entry is the address of an entry's page.
func (s Site) Entry(e *content.Entry) string { return string(s) + root + e.ID }

// Picture is the address of a page that shows the picture and does not say what
// it is of.
func (s Site) Picture(p *content.Picture) string { return string(s) + pictures + p.ID }

// Image is the address of the picture's file. It changes with the picture.
func (s Site) Image(p *content.Picture) string {
	return string(s) + pictures + p.ID + imageEnding + "?" + queryHash + "=" + p.Hash
}
