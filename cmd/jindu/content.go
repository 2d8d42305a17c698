package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jindu/content"
)

// contentCmd writes out what is built in: who has only the program has else nothing
// to copy from.
type contentCmd struct {
	Dir string `arg:"" placeholder:"DIR" help:"新的或空的文件夹。"`
}

func (c contentCmd) Run(std streams) error {
	if err := emptyFolder(c.Dir); err != nil {
		return err
	}
	folder, err := content.Read("")
	if err != nil {
		return err
	}
	for name, text := range folder {
		path := filepath.Join(c.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(std.out, `自带内容一共 %d 个文件，写在 %s，给您照着改。
下一步：
1. 另建一个自己的内容文件夹，比如 my-content；只把要改的文件，按同样的子文件夹和文件名复制过去改。没改的不要放进去，以后升级了才会用上新的。
2. 检查：jindu check my-content
3. 试一试：jindu ask --content my-content 依托咪酯是什么
4. 启动时设 JINDU_CONTENT=my-content（或 --content my-content）。
`, len(folder), c.Dir)
	return err
}

// emptyFolder refuses a folder that holds anything: what an office has changed is not
// written over.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if info, failed := os.Stat(dir); failed == nil && !info.IsDir() {
		return usageError(dir + " 是一个文件：请写一个新的文件夹")
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return usageError("文件夹 " + dir + " 里已经有东西：请写一个新的或空的文件夹，免得盖掉改过的内容")
	}
	return nil
}
