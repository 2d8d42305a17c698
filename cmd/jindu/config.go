package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// configFile is --config: a YAML file whose keys are the flags' names, with "-"
// or "_". It stands behind flags and environment.
type configFile string

// BeforeResolve reads the file before the flags get their values from it.
func (c configFile) BeforeResolve(k *kong.Kong, ctx *kong.Context, trace *kong.Path) error {
	path, _ := ctx.FlagValue(trace.Flag).(configFile)
	if path == "" {
		return nil
	}
	data, err := readSetting(string(path))
	if err != nil {
		return fmt.Errorf("配置文件：%w", err)
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(data, &values); err != nil {
		return fmt.Errorf("配置文件 %s：%s", path, yaml.FormatError(err, false, false)) // without the lines: they may hold secrets
	}
	settings := map[string]any{}
	for name, value := range values {
		settings[strings.ReplaceAll(name, "_", "-")] = value
	}
	if unknown := unknownSettings(k, settings); len(unknown) > 0 {
		return fmt.Errorf("配置文件 %s 里有不认识的项目：%s", path, strings.Join(unknown, "、"))
	}
	ctx.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if _, set := os.LookupEnv(name); set {
				return nil, nil // the environment comes before the file
			}
		}
		return settings[flag.Name], nil
	}))
	return nil
}

// unknownSettings gives the keys that no command has a flag for.
func unknownSettings(k *kong.Kong, settings map[string]any) []string {
	known := map[string]bool{}
	kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	var unknown []string
	for name := range settings {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

// secret gives the value of a secret that may stand in a file instead.
func secret(name, value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	if value != "" {
		return "", usageError(fmt.Sprintf("%s 和 %s_FILE 只能设一个", name, name))
	}
	data, err := readSetting(file)
	if err != nil {
		return "", usageError(fmt.Sprintf("%s_FILE：%v", name, err))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// maxSetting bounds what a file of settings or of a secret holds, in bytes.
const maxSetting = 64 << 10

// readSetting reads a small file, or what a pipe gives, as <(…) in a shell is one.
func readSetting(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return nil, fmt.Errorf("%s 不是文件", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSetting+1))
	if err == nil && len(data) > maxSetting {
		err = fmt.Errorf("%s 太大：最多 %d KB", path, maxSetting>>10)
	}
	return data, err
}
