package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jindu/content"
	"jindu/internal/atomicfile"
	"jindu/internal/importing"
)

type importQuizCmd struct {
	File     string `arg:"" optional:"" placeholder:"FILE" help:"xlsx 表格、GIFT 或 Aiken 文件。"`
	Out      string `placeholder:"FILE" help:"写到哪里：内容文件夹里的 quizzes/名字.yaml。"`
	Title    string `placeholder:"TITLE" help:"题库的名称；不写则用文件名。"`
	Template string `placeholder:"FILE" help:"写一份可以照着填的 xlsx 表格。"`
	Force    bool   `help:"覆盖已有的文件。"`
}

func (c importQuizCmd) Run(std streams) error {
	if c.Template != "" {
		if c.File != "" || c.Out != "" {
			return usageError("--template 单独用")
		}
		err := writeNew(c.Template, c.Force, importing.Template)
		if err == nil {
			fmt.Fprintf(std.out, "写好了 %s，填好以后用 jindu import-quiz 导入\n", c.Template)
		}
		return err
	}
	if c.File == "" || c.Out == "" {
		return usageError("请写要导入的文件，并用 --out 写到哪里，如 my-content/quizzes/bendi.yaml；表格可用 --template 生成")
	}
	path, err := filepath.Abs(c.Out)
	if err != nil {
		return err
	}
	id, isYAML := strings.CutSuffix(filepath.Base(path), ".yaml")
	if !isYAML || filepath.Base(filepath.Dir(path)) != "quizzes" {
		return usageError("--out 要是内容文件夹里 quizzes 下面的 .yaml 文件，如 my-content/quizzes/bendi.yaml")
	}
	if err := mayWrite(path, c.Force); err != nil {
		return err
	}
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	bank, err := importing.ReadQuiz(c.File, data)
	if err != nil {
		return fmt.Errorf("%s：%w", c.File, err)
	}
	folder, err := overlayFolder(filepath.Dir(filepath.Dir(path)))
	if err != nil {
		return err
	}
	title := c.Title
	if title == "" {
		title = strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	}
	text, problems, warnings, err := bank.Render(folder, id, title, content.Rules{Today: time.Now()})
	if err != nil {
		return err
	}
	for i := range warnings {
		warnings[i].Message = "警告：" + warnings[i].Message
	}
	printLines(std, warnings.Lines(content.MostListed))
	if len(problems) > 0 {
		return refuseImport(std, problems)
	}
	if err := writeText(path, c.Force, text); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "导入了 %d 道题，写在 %s\n", bank.Len(), c.Out)
	return nil
}

type importLawCmd struct {
	File    string `arg:"" placeholder:"FILE" help:"法律原文：纯文本或 docx。"`
	Law     string `required:"" placeholder:"ID" help:"laws.yaml 里的 id，如 jindufa。"`
	Out     string `required:"" placeholder:"DIR" help:"内容文件夹；写在里面的 official/ID.yaml。"`
	Partial bool   `help:"只录入文件里有的条文，不要求齐全。"`
	Force   bool   `help:"覆盖已有的文件。"`
}

func (c importLawCmd) Run(std streams) error {
	folder, err := overlayFolder(c.Out)
	if err != nil {
		return err
	}
	data, err := readInput(c.File)
	if err != nil {
		return err
	}
	law, err := importing.ReadLaw(c.File, data)
	if err != nil {
		return fmt.Errorf("%s：%w", c.File, err)
	}
	text, problems, err := law.Render(folder, c.Law, c.Partial)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return refuseImport(std, problems)
	}
	path := filepath.Join(c.Out, "official", c.Law+".yaml")
	if err := writeText(path, c.Force, text); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "录入了 %d 条原文，写在 %s\n", law.Len(), path)
	return nil
}

// refuseImport names all that is to be mended.
func refuseImport(std streams, problems content.Problems) error {
	printLines(std, problems.Lines(content.MostListed))
	fmt.Fprintf(std.err, "有 %d 处要改，什么都没有写\n", len(problems))
	return errSilent
}

// overlayFolder reads the built-in content with that of dir, which need not be there yet.
func overlayFolder(dir string) (content.Folder, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		dir = ""
	}
	return content.Read(dir)
}

// readInput reads a file to import, up to its bound and one byte more.
func readInput(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("没有 %s 这个文件，请核对名字和位置", name)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s 不是普通文件", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, importing.MaxFile+1))
}

func mayWrite(path string, force bool) error {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%s 已经有了；要覆盖它，请加 --force", path)
	}
	return nil
}

func writeText(path string, force bool, text string) error {
	return writeNew(path, force, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// writeNew writes a file whole or not at all, for everybody to read: the server
// may run as another user.
func writeNew(path string, force bool, write func(io.Writer) error) (err error) {
	if err := mayWrite(path, force); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := errors.Join(write(f), f.Chmod(0o644)); err != nil {
		return err
	}
	return f.Commit()
}
