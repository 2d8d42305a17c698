package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

const (
	progressWidth = 30
	progressEvery = 100 * time.Millisecond
)

// progressBar draws on one line of a terminal how far a thing is. It gives nil,
// which draws nothing, where w is no terminal. The last word is done == total.
func progressBar(w io.Writer, what string) func(done, total int64) {
	if file, ok := w.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	var drawn time.Time
	return func(done, total int64) {
		if done < total && time.Since(drawn) < progressEvery {
			return
		}
		drawn = time.Now()
		fmt.Fprint(w, drawProgress(what, done, total))
		if done == total {
			fmt.Fprintln(w)
		}
	}
}

func drawProgress(what string, done, total int64) string {
	share := 1.0
	if total > 0 {
		share = float64(done) / float64(total)
	}
	full := int(share * progressWidth)
	return fmt.Sprintf("\r%s [%s%s] %3.0f%% %d/%d\x1b[K", what, strings.Repeat("#", full), strings.Repeat("-", progressWidth-full), share*100, done, total)
}
