package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"jindu/content"
)

type checkCmd struct {
	Dir    string `arg:"" optional:"" placeholder:"DIR" env:"JINDU_CONTENT" help:"内容文件夹；不写则检查自带内容。"`
	MaxAge int    `default:"365" placeholder:"DAYS" help:"复核超过多少天就提醒。"`
	Trace  bool   `help:"列出条目里每个数字的出处。"`
}

func (c checkCmd) Run(std streams) error {
	folder, err := content.Read(c.Dir)
	var lib *content.Library
	if err == nil {
		if c.Trace {
			return c.trace(std, folder)
		}
		warnings := content.Warnings(folder, content.Rules{Today: time.Now(), MaxAge: c.MaxAge})
		c.list(std, warnings, "警告：")
		if len(warnings) > 0 {
			fmt.Fprintf(std.err, "有 %d 处提醒，不改也能用，请再看一遍\n", len(warnings))
		}
		lib, err = content.Parse(folder)
	}
	if err == nil && len(lib.Menu.Buttons) > 0 {
		if found := menuProblems(folder, lib); len(found) > 0 {
			err = found
		}
	}
	var problems content.Problems
	if errors.As(err, &problems) {
		c.list(std, problems, "")
		fmt.Fprintf(std.err, "有 %d 处要改\n", len(problems))
		return errSilent
	}
	if err != nil {
		return err
	}
	questions := 0
	for _, q := range lib.Quizzes {
		questions += len(q.Questions) + len(q.Multiple)
	}
	fmt.Fprintf(std.out, "没有问题：%d 个条目，%d 道题，%d 份问卷，%d 个地方（版本 %s）\n",
		len(lib.Entries), questions, len(lib.Questionnaires), len(lib.Places), lib.Version)
	return nil
}

// list prints what was found, by the paths that an editor can open.
func (c checkCmd) list(std streams, found content.Problems, kind string) {
	found = slices.Clone(found)
	for i := range found {
		if c.Dir != "" {
			found[i].File = path.Join(c.Dir, found[i].File)
		}
		found[i].Message = kind + found[i].Message
	}
	printLines(std, found.Lines(content.MostListed))
}

func printLines(std streams, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(std.out, line)
	}
}

func (c checkCmd) trace(std streams, folder content.Folder) error {
	for _, f := range content.Trace(folder) {
		sources := strings.Join(f.Sources, "；")
		if sources == "" {
			sources = "没有出处"
		}
		// As a problem is written: a folder that has not passed the check may hold anything.
		fmt.Fprintln(std.out, content.Problem{File: f.File, Line: f.Line, Column: f.Column, Message: f.Text + " ← " + sources})
	}
	return nil
}
