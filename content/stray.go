package content

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// lawsFile is the index of laws.
const lawsFile = "laws/laws.yaml"

// strayNames, in lower case, and what strays begin and end with: Windows, macOS,
// office programs, editors and synchronisers leave them beside what people write.
var (
	strayNames  = []string{"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "system volume information", "__macosx", "@eadir", "#recycle", "lost+found"}
	strayBegins = []string{".", "~$", "~syncthing~", "~wrl"}
	strayEnds   = []string{"~", ".swp", ".swo", ".bak"}
)

// skip leaves out what programs, and the source tree, put beside content.
func skip(name string, entry fs.DirEntry) bool {
	if name == "." {
		return false
	}
	base := strings.ToLower(path.Base(name))
	begins := func(part string) bool { return strings.HasPrefix(base, part) }
	ends := func(part string) bool { return strings.HasSuffix(base, part) }
	if base == "testdata" || slices.Contains(strayNames, base) || slices.ContainsFunc(strayBegins, begins) || slices.ContainsFunc(strayEnds, ends) {
		return true
	}
	return !entry.IsDir() && (base == "readme.md" || ends(".go"))
}

// folderError says in the words of clerks what a path is instead of a content folder.
type folderError struct {
	message string
	cause   error
}

func (e folderError) Error() string { return e.message }
func (e folderError) Unwrap() error { return e.cause }

// wholeFolder refuses what is no content folder, or only a part of one.
func wholeFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case os.IsNotExist(err):
		return folderError{"没有内容文件夹 " + dir + "：请核对名字和位置", err}
	case err != nil:
		return folderError{"内容文件夹 " + dir + " 打不开：" + err.Error(), err}
	case !info.IsDir():
		return folderError{dir + " 是一个文件：要写整个内容文件夹" + above(filepath.Dir(dir)), fs.ErrInvalid}
	case isPart(dir):
		return folderError{dir + " 只是内容文件夹里的一个子文件夹：要写整个内容文件夹" + above(dir), fs.ErrInvalid}
	}
	return nil
}

// above names the content folder that a folder is a part of, as far as it is one.
func above(dir string) string {
	if endings[folderName(dir)] == nil {
		return ""
	}
	up := filepath.Join(dir, "..")
	if up == "." {
		up = ".（一个点，就是现在所在的文件夹）"
	}
	return "，也就是它的上一级 " + up
}

func folderName(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	return filepath.Base(full)
}

// isPart says that a folder is called as a part of a content folder is, holds such
// files, and no part of its own.
func isPart(dir string) bool {
	own := endings[folderName(dir)]
	entries, err := os.ReadDir(dir)
	if err != nil || own == nil {
		return false
	}
	holds := false
	for _, entry := range entries {
		if entry.IsDir() && endings[entry.Name()] != nil || entry.Name() == menuFile {
			return false
		}
		holds = holds || !entry.IsDir() && !skip(entry.Name(), entry) && slices.Contains(own, path.Ext(entry.Name()))
	}
	return holds
}
