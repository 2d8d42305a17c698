package content

import (
	"crypto/sha256"
	"encoding/hex"
	"image/png"
	"slices"
	"strings"
)

// Picture shows what something looks like.
type Picture struct {
	ID     string
	Title  string   // what it shows; stands below it
	Alt    string   // what can be seen, without naming it: for who cannot see it, and for questions about it
	Topics []string // ids of the entries it belongs to
	PNG    string   // the bytes of the file
	Hash   string   // of PNG, 12 hex digits
	Width  int      // in pixels
	Height int
}

// maxSide is how wide and high a picture may be, in pixels: above what any phone
// shows, low enough that a small file cannot exhaust a browser.
const maxSide = 4096

// pictures reads a list of pictures. Their order counts: an entry's first picture
// is the one that has its name, else the first that lists it.
func (l *loader) pictures(d *document, text string) {
	list, ok := d.list(text)
	if !ok {
		l.listRefused = true
		return
	}
	for _, n := range list {
		f, ok := d.fields(n, "id", "title", "alt", "topics")
		if !ok {
			continue
		}
		p := &Picture{ID: f.text("id"), Title: f.text("title"), Alt: f.text("alt")}
		for _, it := range f.items("topics") {
			l.links = append(l.links, link{d.position(it.node), it.text})
			p.Topics = append(p.Topics, it.text)
		}
		if p.ID == "" {
			continue
		}
		if l.lib.Pictures[p.ID] != nil {
			d.at(f.at("id"), "图片 %s 写了两次", p.ID)
			continue
		}
		l.lib.Pictures[p.ID] = p
		l.listed = append(l.listed, p)
		l.draw(d, f, p)
	}
}

// draw gives the picture its file.
func (l *loader) draw(d *document, f fields, p *Picture) {
	name := "pictures/" + p.ID + ".png"
	data, found := l.folder[name]
	if !found {
		d.at(f.at("id"), "没有 %s 这个文件", name)
		return
	}
	size, err := png.DecodeConfig(strings.NewReader(data))
	if err != nil || size.Width > maxSide || size.Height > maxSide {
		l.report(position{name, 1, 1}, "不是 PNG 图片，或者长宽超过 %d", maxSide)
		return
	}
	sum := sha256.Sum256([]byte(data))
	p.PNG, p.Hash = data, hex.EncodeToString(sum[:])[:12]
	p.Width, p.Height = size.Width, size.Height
}

// hang gives every entry its pictures, the one of its own name first.
func (l *loader) hang() {
	for _, p := range l.listed {
		for _, id := range p.Topics {
			if e := l.lib.Entries[id]; e != nil && !slices.Contains(e.Pictures, p) {
				e.Pictures = append(e.Pictures, p)
			}
		}
	}
	for _, e := range l.lib.Entries {
		_, name, _ := strings.Cut(e.ID, "/")
		slices.SortStableFunc(e.Pictures, func(a, b *Picture) int {
			switch {
			case a.ID == name:
				return -1
			case b.ID == name:
				return 1
			}
			return 0
		})
	}
}

// unlisted warns of picture files that no list names: nobody will see them.
func (l *loader) unlisted() {
	for _, name := range l.folder.names() {
		if id, isPNG := strings.CutSuffix(strings.TrimPrefix(name, "pictures/"), ".png"); isPNG && l.lib.Pictures[id] == nil {
			l.warn(position{name, 1, 1}, "这张图没有写进 pictures 里的清单，不会用到")
		}
	}
}
