package redistest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy passes connections on to a server, and can cut one at the worst moment.
type Proxy struct {
	Addr string

	cut  atomic.Pointer[string]
	cuts atomic.Int64
}

// StartProxy before the server with that address.
func StartProxy(t testing.TB, server string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String()}
	var conns sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	conns.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil {
				in.Close()
				continue
			}
			mu.Lock()
			open = append(open, in, out)
			mu.Unlock()
			var doomed atomic.Bool
			conns.Go(func() { p.requests(in, out, &doomed) })
			conns.Go(func() { p.replies(in, out, &doomed) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		conns.Wait()
	})
	return p
}

// CutAfter cuts the connection of the next request with that command when its reply
// comes in: the server has done what it was asked, and who asked does not hear of it.
func (p *Proxy) CutAfter(command string) { p.cut.Store(&command) }

// Cuts is how many connections were cut.
func (p *Proxy) Cuts() int64 { return p.cuts.Load() }

func (p *Proxy) requests(in, out net.Conn, doomed *atomic.Bool) {
	defer out.Close()
	copyEach(out, in, func(request []byte) bool {
		if c := p.cut.Load(); c != nil && bytes.Contains(request, []byte("\n"+*c+"\r")) && p.cut.CompareAndSwap(c, nil) {
			doomed.Store(true)
		}
		return true
	})
}

func (p *Proxy) replies(in, out net.Conn, doomed *atomic.Bool) {
	defer in.Close()
	defer out.Close()
	copyEach(in, out, func([]byte) bool {
		if doomed.Load() {
			p.cuts.Add(1)
			return false
		}
		return true
	})
}

// copyEach copies what look agrees to, until either side ends.
func copyEach(to io.Writer, from io.Reader, look func([]byte) bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if !look(buf[:n]) {
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
