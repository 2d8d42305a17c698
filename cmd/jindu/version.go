package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set at link time (-X main.release=v1.2.3). Without a commit it is what the go
// command noted in the binary.
var (
	release = "dev"
	commit  string
)

type versionInfo struct{ release, commit string }

func version() versionInfo {
	v := versionInfo{release, commit}
	if v.commit != "" {
		return v
	}
	v.commit = "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.commit = s.Value
			}
		}
	}
	return v
}

func (v versionInfo) String() string {
	return fmt.Sprintf("jindu %s (commit %s, %s %s/%s)", v.release, v.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

type versionCmd struct{}

func (versionCmd) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, version())
	return err
}
