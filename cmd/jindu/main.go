// Command jindu is the public-education bot and survey server of anti-drug
// offices. This is the only package that knows flags, files of secrets and the
// environment; it wires the rooms together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the whole command line.
type commands struct {
	Config configFile `name:"config" placeholder:"FILE" env:"JINDU_CONFIG" help:"YAML 配置文件，项目名与参数相同（如 base-url）。先后：参数、环境变量、文件、默认值。"`

	Demo       demoCmd       `cmd:"" help:"在本机试用：自带内容和数据，打印要打开的网址。"`
	Serve      serveCmd      `cmd:"" help:"正式运行。缺少必要的密钥、内容有错或数据打不开时不启动，并说明怎么补。"`
	Check      checkCmd      `cmd:"" help:"检查内容文件夹：一次列出所有问题（文件:行:列: 说明，最多 200 处），有问题时退出码为 1。"`
	Content    contentCmd    `cmd:"" help:"把自带内容写进一个新的或空的文件夹，供照着改。"`
	ImportQuiz importQuizCmd `cmd:"" help:"把 xlsx、GIFT 或 Aiken 的题目变成题库文件；有问题时逐行列出，什么都不写。"`
	ImportLaw  importLawCmd  `cmd:"" help:"把法律原文（纯文本或 docx）按条分开，放进内容文件夹，显示在解释后面。"`
	Chat       chatCmd       `cmd:"" help:"在终端里和机器人对话。"`
	Ask        askCmd        `cmd:"" help:"问机器人一句话。"`
	QR         qrCmd         `cmd:"" name:"qr" help:"生成问卷二维码图片。"`
	Tally      tallyCmd      `cmd:"" help:"查看统计。"`
	Menu       menuCmd       `cmd:"" help:"管理公众号的自定义菜单（要已认证的公众号）。"`
	Wechat     wechatCmd     `cmd:"" help:"公众号的连接。"`
	Export     exportCmd     `cmd:"" help:"导出答卷和统计（xlsx、csv 或 jsonl）。"`
	Audit      auditCmd      `cmd:"" help:"从日志重新清点，与统计和去重表核对；有出入时退出码为 1。"`
	Account    accountCmd    `cmd:"" help:"管理办公室账号。"`
	Backup     backupCmd     `cmd:"" help:"把全部数据写成一份备份；服务在运行时也可以。"`
	Restore    restoreCmd    `cmd:"" help:"把备份恢复到空的数据文件夹或 Redis，并核对。"`
	Forget     forgetCmd     `cmd:"" help:"永久结束一份问卷：销毁它的密钥和去重表，此后谁也无法知道谁答过。不可恢复。"`
	Health     healthCmd     `cmd:"" help:"问正在运行的服务能不能用；不能时退出码为 1。"`
	Version    versionCmd    `cmd:"" help:"版本、提交和 Go 版本。"`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends what does not listen to the first
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run parses args and runs the command. It is main without the process, so that
// tests start the real program.
func run(ctx context.Context, args []string, std streams) int {
	var cli commands
	exit := -1 // set when --help or the like ends the parsing
	parser, err := kong.New(&cli,
		kong.Name("jindu"),
		kong.Description("禁毒宣传问答和问卷统计服务。每个参数都可以用环境变量 JINDU_… 设置；密钥另有 …_FILE（从文件读取）的写法。退出码：0 完成，1 失败，2 用法不对。"),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
		kong.Vars{"version": version().String()},
	)
	if err != nil {
		fmt.Fprintln(std.err, "jindu:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(std.err, "jindu: %s\n用 jindu --help 查看用法\n", inChinese(err.Error()))
		return exitUsage
	}
	err = parsed.Run()
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintln(std.err, "jindu:", err)
		return exitUsage
	case errors.Is(err, errSilent):
		return exitFailed
	}
	fmt.Fprintln(std.err, "jindu:", err)
	return exitFailed
}

// inChinese puts the parser's few sentences into the language of who types.
func inChinese(message string) string {
	return strings.NewReplacer(
		"missing flags: ", "缺少参数：", "unknown flag ", "没有这个参数：", "unexpected argument ", "多余的内容：",
		", did you mean ", "，是不是 ", "expected one of ", "要写其中之一：", "expected ", "还要写：",
		" must be one of ", " 只能是其中之一：", " but got ", "，现在是 ",
	).Replace(message)
}

// usageError is a wrong call that parsing could not see.
type usageError string

func (e usageError) Error() string { return string(e) }

// errSilent fails a command that has said why already.
var errSilent = errors.New("failed")
