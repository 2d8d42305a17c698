package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jindu/bot"
	"jindu/content"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
)

type askCmd struct {
	contentFlags
	Text string `arg:"" help:"要问的话。"`
	JSON bool   `name:"json" help:"打印 JSON：{\"reply\",\"topic\",\"outcome\"}。"`
}

func (c askCmd) Run(ctx context.Context, std streams) error {
	return withTerminalBot(ctx, c.contentFlags, func(b *terminalBot) error {
		reply, err := b.say(ctx, c.Text)
		if err != nil {
			return err
		}
		if !c.JSON {
			_, err = fmt.Fprintln(std.out, reply.PlainText())
			return err
		}
		encoder := json.NewEncoder(std.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(struct {
			Reply   string      `json:"reply"`
			Topic   string      `json:"topic"`
			Outcome bot.Outcome `json:"outcome"`
		}{reply.PlainText(), reply.Topic, reply.Outcome})
	})
}

type chatCmd struct{ contentFlags }

func (c chatCmd) Run(ctx context.Context, std streams) error {
	return withTerminalBot(ctx, c.contentFlags, func(b *terminalBot) error {
		greeting, err := b.answer(ctx, bot.Message{Kind: bot.Subscribe})
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s\n\n", greeting.PlainText())
		lines := make(chan string)
		go func() { // ends with the input or the process: a read of a terminal cannot be called off
			defer close(lines)
			scanner := bufio.NewScanner(std.in)
			for scanner.Scan() {
				lines <- scanner.Text()
			}
		}()
		for {
			fmt.Fprint(std.out, "> ")
			select {
			case <-ctx.Done():
				return nil
			case line, more := <-lines:
				if !more {
					fmt.Fprintln(std.out)
					return nil
				}
				if strings.TrimSpace(line) == "" {
					continue
				}
				reply, err := b.say(ctx, line)
				if err != nil {
					return err
				}
				fmt.Fprintf(std.out, "%s\n\n", reply.PlainText())
			}
		}
	})
}

// terminalBot is the webhook's bot with one person at a terminal.
type terminalBot struct {
	bot *bot.Bot
	who respondent.Pseudonym
}

// withTerminalBot runs the bot over a store that lives as long as the command.
func withTerminalBot(ctx context.Context, f contentFlags, use func(*terminalBot) error) (err error) {
	lib, err := f.library()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "jindu-chat-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	store, err := sqlitestore.Open(ctx, filepath.Join(dir, dataFile), sqlitestore.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	b := newBot(store, terminalSurveys{}, nil, func() *content.Library { return lib })
	b.SetLibrary(lib)
	t := &terminalBot{bot: b}
	rand.Read(t.who[:])
	return use(t)
}

func (t *terminalBot) say(ctx context.Context, text string) (bot.Reply, error) {
	return t.answer(ctx, bot.Message{Kind: bot.Text, Text: text})
}

func (t *terminalBot) answer(ctx context.Context, m bot.Message) (bot.Reply, error) {
	m.Who, m.At = t.who, time.Now()
	rand.Read(m.Key[:])
	return t.bot.Answer(ctx, m)
}

// terminalSurveys has no personal links to give: nobody follows a terminal.
type terminalSurveys struct{}

func (terminalSurveys) Running(*content.Questionnaire) bool { return true }

func (terminalSurveys) Link(context.Context, bot.OpenID, string, string, time.Time) (string, error) {
	return "", errors.New("personal links are for followers of the official account")
}
