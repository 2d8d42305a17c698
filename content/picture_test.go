package content

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every picture shows something of an entry, is told in words that do not give
// the answer away, and the entry's own picture comes first.
func TestDefaultPictures(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Pictures) < 50 {
		t.Errorf("%d pictures", len(lib.Pictures))
	}
	for id, p := range lib.Pictures {
		if p.Title == "" || p.Alt == "" || len(p.Topics) == 0 || p.Width != 640 || p.Height != 360 || len(p.Hash) != 12 {
			t.Errorf("%s: %q %q %v %d×%d", id, p.Title, p.Alt, p.Topics, p.Width, p.Height)
		}
		for _, topic := range p.Topics {
			if e := lib.Entries[topic]; e.Kind == Drug {
				for _, name := range append([]string{e.Title}, e.Aliases...) {
					if strings.Contains(p.Alt, name) {
						t.Errorf("the description of %s names it: %s", id, name)
					}
				}
			}
		}
	}
	if first := lib.Entries["drugs/yingsu"].Pictures[0].ID; first != "yingsu" {
		t.Errorf("罂粟 begins with %s", first)
	}
	if first := lib.Entries["drugs/damazhiwu"].Pictures[0].ID; first != "dama" {
		t.Errorf("大麻植株 begins with %s", first)
	}
	asked := map[string]bool{}
	for _, quiz := range lib.Quizzes {
		for _, q := range append(quiz.Questions, quiz.Multiple...) {
			if q.Picture != "" {
				asked[q.Picture] = true
			}
		}
	}
	if len(asked) < 24 {
		t.Errorf("questions about %d pictures", len(asked))
	}
}

func samplePNG(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An office adds pictures in a list of its own; the drawings they are made from
// may lie beside them.
func TestPicturesOfAnOffice(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"bendi.yaml":   "- {id: guanggao, title: 小广告, alt: 贴在墙上的小纸条, topics: [drugs/bingdu, help/group-chat]}\n",
		"guanggao.png": samplePNG(t, 320, 200), "guanggao.svg": "<svg/>", "duoyu.png": samplePNG(t, 1, 1),
	} {
		if err := os.MkdirAll(filepath.Join(dir, "pictures"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "pictures", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p := lib.Pictures["guanggao"]; p.Width != 320 || p.Height != 200 || p.PNG != samplePNG(t, 320, 200) {
		t.Errorf("%d×%d", p.Width, p.Height)
	}
	if all := lib.Entries["drugs/bingdu"].Pictures; len(all) != 2 || all[0].ID != "bingdu" || all[1].ID != "guanggao" {
		t.Errorf("%v", all)
	}
	folder, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if found := Warnings(folder, Rules{Today: today}); len(found) != 1 || !strings.HasPrefix(found[0].String(), "pictures/duoyu.png:1:1: 这张图没有写进") {
		t.Errorf("%v", found)
	}
}

func TestPictureProblems(t *testing.T) {
	picture := samplePNG(t, 2, 2)
	row := "- {id: xin, title: 新图, alt: 一样东西, topics: [drugs/bingdu]}\n"
	for _, c := range []struct {
		files Folder
		want  string
	}{
		{Folder{"pictures/a.yaml": row}, "pictures/a.yaml:1:8: 没有 pictures/xin.png"},
		{Folder{"pictures/a.yaml": row, "pictures/xin.png": "GIF89a"}, "pictures/xin.png:1:1: 不是 PNG 图片"},
		{Folder{"pictures/a.yaml": row, "pictures/xin.png": samplePNG(t, maxSide+1, 1)}, "pictures/xin.png:1:1: 不是 PNG 图片"},
		{Folder{"pictures/a.yaml": strings.Replace(row, "alt: 一样东西, ", "", 1), "pictures/xin.png": picture}, "pictures/a.yaml:1:3: 缺少必填项 alt"},
		{Folder{"pictures/a.yaml": strings.Replace(row, "bingdu", "nowhere", 1), "pictures/xin.png": picture}, `pictures/a.yaml:1:44: 没有 "drugs/nowhere"`},
		{Folder{"pictures/a.yaml": row + row, "pictures/xin.png": picture}, "pictures/a.yaml:2:8: 图片 xin 写了两次"},
		{Folder{"pictures/a.yaml": strings.Replace(row, "xin", "bingdu", 1)}, "pictures/pictures.yaml:"},
		{Folder{"pictures/a.yaml": "id: xin\n"}, "pictures/a.yaml:1:1: 这里应当是一个列表"},
		{Folder{"pictures/图.png": picture}, "pictures/图.png:1:1: 文件名"},
		{Folder{"quizzes/zz.yaml": "title: 题\nquestions:\n  - {id: z1, text: 问, options: [甲, 乙], answer: A, explanation: 因为, picture: nowhere}\n"},
			`quizzes/zz.yaml:3:`},
	} {
		_, err := Parse(overlay(base(t), c.files))
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want) {
			t.Errorf("want %s…\ngot  %v", c.want, err)
		}
	}
}
