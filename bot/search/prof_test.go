package search

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
func TestProf(t *testing.T) {
	lib := synthetic(2000)
	qs := questions(lib, 2000)
	for range 3 {
		a := cpu()
		ix := New(lib)
		b := cpu()
		for _, q := range qs {
			answer(ix, q)
		}
		c := cpu()
		fmt.Println("build cpu", b-a, "per answer cpu", (c-b)/2000)
	}
	d := defaultLibrary(t)
	a := cpu()
	ix := New(d)
	b := cpu()
	n := 0
	for range 3 {
		for _, l := range readLabelled(t) {
			answer(ix, l.question)
			n++
		}
	}
	fmt.Println(len(d.Entries), "default build", b-a, "answer", (cpu()-b)/time.Duration(n))
}
