package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"jindu/internal/atomicfile"
	"jindu/internal/export"
)

type exportCmd struct {
	surveyFlags
	Format string `enum:"xlsx,csv,jsonl" required:"" help:"xlsx（一个工作簿：说明、按镇街、按村居、答卷）、csv（答卷一个文件，统计另有两个）或 jsonl。"`
	Out    string `required:"" placeholder:"FILE" help:"写到哪个文件；写完整才放到这个名字下。"`
}

// Help is what --help adds.
func (exportCmd) Help() string {
	return `答卷一份一行，没有姓名和编号，时间只到分钟，只供本单位分析。统计里不显示明细的村居和收集点（如不足 10 份的），答卷里也不写，只写镇街。`
}

func (c exportCmd) Run(ctx context.Context, std streams) error {
	lib, q, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	e, err := export.New(ctx, lib, q, store, time.Now())
	if err != nil {
		return err
	}
	e.Told = progressBar(std.err, "导出")
	folder := filepath.Dir(c.Out)
	write := func(path string, to func(io.Writer) error) error {
		if err := writeFile(path, to); err != nil {
			return fmt.Errorf("导出没有完成：%w", err)
		}
		fmt.Fprintln(std.out, path)
		return nil
	}
	switch c.Format {
	case "xlsx":
		err = write(c.Out, func(w io.Writer) error { return e.XLSX(ctx, w, folder) })
	case "jsonl":
		err = write(c.Out, func(w io.Writer) error { return e.JSONL(ctx, w) })
	default:
		base := strings.TrimSuffix(c.Out, ".csv")
		if err = write(c.Out, func(w io.Writer) error { return e.CSV(ctx, w) }); err == nil {
			err = write(base+"-按镇街.csv", func(w io.Writer) error { return e.TallyCSV(w, e.Townships) })
		}
		if err == nil {
			err = write(base+"-按村居.csv", func(w io.Writer) error { return e.TallyCSV(w, e.Villages) })
		}
	}
	if err == nil && e.Townships.Total.Suppressed {
		fmt.Fprintln(std.err, "全部答卷太少，为免推算出个人，没有列出答卷。")
	}
	return err
}

// writeFile writes a file that only this user may read.
func writeFile(path string, to func(io.Writer) error) error {
	file, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	out := bufio.NewWriterSize(file, 64<<10)
	if err := to(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Commit()
}
