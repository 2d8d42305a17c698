package main

import (
	"errors"
	"fmt"
	"path"

	"jindu/content"
)

type checkCmd struct {
	Dir string `arg:"" optional:"" placeholder:"DIR" env:"JINDU_CONTENT" help:"内容文件夹；不写则检查自带内容。"`
}

func (c checkCmd) Run(std streams) error {
	lib, err := content.Load(c.Dir)
	var problems content.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			if c.Dir != "" {
				p.File = path.Join(c.Dir, p.File)
			}
			fmt.Fprintln(std.out, p)
		}
		fmt.Fprintf(std.err, "有 %d 处要改\n", len(problems))
		return errSilent
	}
	if err != nil {
		return err
	}
	questions := 0
	for _, q := range lib.Quizzes {
		questions += len(q.Questions)
	}
	fmt.Fprintf(std.out, "没有问题：%d 个条目，%d 道题，%d 份问卷，%d 个地方（版本 %s）\n",
		len(lib.Entries), questions, len(lib.Questionnaires), len(lib.Places), lib.Version)
	return nil
}
