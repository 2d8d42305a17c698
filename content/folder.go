package content

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed drugs laws help questions replies quizzes surveys places pictures/*.yaml pictures/*.png menu.yaml
var embedded embed.FS

// Bounds of a content folder: far above what an office writes, low enough that a
// stray folder cannot exhaust memory.
const (
	MaxFile  = 1 << 20 // bytes
	maxFiles = 20000
)

// endings says which files a folder holds; laws also has its index laws.yaml, and
// pictures has the drawings that its pictures are made from.
var endings = map[string][]string{
	"drugs": {".md"}, "laws": {".md", ".yaml"}, "help": {".md"}, "replies": {".md"},
	"quizzes": {".yaml"}, "surveys": {".yaml"}, "places": {".yaml"},
	"questions": {".txt"}, "pictures": {".yaml", ".png", drawing}, "official": {".yaml"},
}

// drawing is the ending of what a picture is made from; only people read it.
const drawing = ".svg"

// Folder is the text, or the picture, of every content file by path.
type Folder map[string]string

// readEmbedded gives the default content.
func readEmbedded() (Folder, Problems) { return readFS(embedded) }

// readDir gives the content files of a directory.
func readDir(dir string) (Folder, Problems, error) {
	if err := wholeFolder(dir); err != nil {
		return nil, nil, err
	}
	folder, problems := readFS(os.DirFS(dir))
	return folder, problems, nil
}

func readFS(fsys fs.FS) (Folder, Problems) {
	folder := Folder{}
	var problems Problems
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		fail := func(message string) error {
			problems.Add(Problem{name, 1, 1, message})
			if len(problems) == MostProblems { // this is no content folder
				return fs.SkipAll
			}
			return nil
		}
		if err != nil {
			return fail("无法读取")
		}
		if skip(name, entry) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			if name == menuFile || slices.Contains(endings[path.Dir(name)], path.Ext(name)) {
				return fail("这里应该是文件，却是文件夹")
			}
			return nil
		}
		if name != menuFile && !slices.Contains(endings[path.Dir(name)], path.Ext(name)) {
			return fail("这个文件不属于内容文件夹：文件夹或扩展名不对")
		}
		if path.Ext(name) == drawing {
			return nil
		}
		if len(folder) == maxFiles {
			return errors.New("too many files")
		}
		text, err := readFile(fsys, name)
		if err != nil {
			return fail(err.Error())
		}
		folder[name] = text
		return nil
	})
	if err != nil {
		problems.Add(Problem{".", 1, 1, "文件太多"})
	}
	return folder, problems
}

func readFile(fsys fs.FS, name string) (string, error) {
	// Asked before it is opened: opening a named pipe waits for its other end.
	if info, err := fs.Stat(fsys, name); err != nil || !info.Mode().IsRegular() {
		return "", errors.New("不是普通文件")
	}
	file, err := fsys.Open(name)
	if err != nil {
		return "", errors.New("无法打开")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return "", errors.New("无法读取")
	}
	if len(data) > MaxFile {
		return "", errors.New("文件超过 1 MB")
	}
	if path.Ext(name) == ".png" {
		return string(data), nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return "", errors.New("不是 UTF-8 编码，请用记事本“另存为”选择 UTF-8")
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n"), nil
}

// overlay gives base with the files of top in place of or beside its own.
func overlay(base, top Folder) Folder {
	both := maps.Clone(base)
	maps.Copy(both, top)
	return both
}

// names lists the files in order.
func (f Folder) names() []string { return slices.Sorted(maps.Keys(f)) }

// version is a hash over all paths and texts.
func (f Folder) version() string {
	h := sha256.New()
	for _, name := range f.names() {
		fmt.Fprintf(h, "%d %s%d %s", len(name), name, len(f[name]), f[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
