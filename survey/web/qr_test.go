package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"jindu/survey"
)

// read decodes an image as a phone would. zbarimg is not optional: a printed
// code that nobody can read is found out in the street otherwise.
func read(t *testing.T, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
	if err != nil {
		t.Fatalf("zbarimg (make deps installs it): %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestQRIsReadable(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for _, path := range []string{
		s.ticket(county),
		s.ticket(s.lib.Places[township].Children[0].Code, func(t *survey.Ticket) { t.Point = strings.Repeat("府", survey.MaxPoint/3) }),
	} {
		want := s.cfg.BaseURL + path
		ticket := strings.TrimPrefix(path, "/s/")
		for range 2 { // drawn, and from the cache
			a := b.get("/qr/" + ticket + ".png")
			if a.expect(t, http.StatusOK); a.header.Get("Content-Type") != "image/png" {
				t.Errorf("%v", a.header)
			}
			if got := read(t, []byte(a.body)); got != want {
				t.Errorf("read %q, want %q", got, want)
			}
		}
		a := b.get("/qr/" + ticket + ".svg")
		if a.expect(t, http.StatusOK); a.header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%v", a.header)
		}
		if got := read(t, rasterSVG(t, a.body)); got != want {
			t.Errorf("read %q, want %q", got, want)
		}
		code, err := newQR(want)
		if err != nil {
			t.Fatal(err)
		}
		if code.Level != qrcode.Medium || code.VersionNumber > 6 {
			t.Errorf("%d characters need version %d", len(want), code.VersionNumber)
		}
	}
	ticket := strings.TrimPrefix(s.ticket(county), "/s/")
	for _, bad := range []string{"x.png", ticket, ticket + ".gif", ticket + ".png.png", ticket[1:] + ".svg"} {
		b.get("/qr/"+bad).expect(t, http.StatusNotFound)
	}
}

var svgRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// rasterSVG paints what SVG draws.
func rasterSVG(t *testing.T, svg string) []byte {
	t.Helper()
	m := regexp.MustCompile(`viewBox="0 0 (\d+) `).FindStringSubmatch(svg)
	if m == nil {
		t.Fatal(svg)
	}
	n := number(t, m[1])
	img := blank(n)
	for _, run := range svgRun.FindAllStringSubmatch(svg, -1) {
		x, y, w := number(t, run[1]), number(t, run[2]), number(t, run[3])
		for i := range w {
			module(img, x+i, y)
		}
	}
	return encode(t, img)
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const moduleSize = 8

func blank(n int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, n*moduleSize, n*moduleSize))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	return img
}

func module(img *image.Gray, x, y int) {
	for dy := range moduleSize {
		for dx := range moduleSize {
			img.SetGray(x*moduleSize+dx, y*moduleSize+dy, color.Gray{})
		}
	}
}

func encode(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTerminal(t *testing.T) {
	const url = "https://jindu.example.cn/s/EAAAAAAAAAAAAAAAAAAAAAAAAAA"
	drawing, err := Terminal(url)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(drawing, "\n"), "\n")
	img := blank(2 * len(lines))
	for row, line := range lines {
		line, ok := strings.CutPrefix(line, "\x1b[38;5;231;48;5;16m")
		line, reset := strings.CutSuffix(line, "\x1b[0m")
		if !ok || !reset {
			t.Fatalf("colours are left to the terminal: %q", line)
		}
		for col, r := range []rune(line) { // white blocks on black
			if r == ' ' || r == '▄' {
				module(img, col, 2*row)
			}
			if r == ' ' || r == '▀' {
				module(img, col, 2*row+1)
			}
		}
	}
	if got := read(t, encode(t, img)); got != url {
		t.Errorf("read %q", got)
	}
}

func TestImageCacheIsBounded(t *testing.T) {
	var cache imageCache
	for i := range 3 * maxImages {
		if _, err := cache.get(strconv.Itoa(i), func() ([]byte, error) { return []byte{1}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(cache.images) > maxImages {
		t.Errorf("%d images", len(cache.images))
	}
}
