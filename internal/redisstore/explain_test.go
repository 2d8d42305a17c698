package redisstore

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

// TestRefusedStart: whoever starts the server reads what to do, then what the
// error was.
func TestRefusedStart(t *testing.T) {
	closed := redistest.Start(t)
	set(t, closed, "requirepass", "s3cret-word")
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cert, key := selfSigned(t, t.TempDir())
	port := redistest.FreePort(t)
	redistest.Start(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no", "--tls-ca-cert-dir", filepath.Dir(cert))
	for url, want := range map[string][]string{
		"redis://" + closed.Addr:                                     {"Redis 要口令", "NOAUTH"},
		"redis://:wrong@" + closed.Addr:                              {"不认这个账号或口令", "WRONGPASS"},
		"redis://127.0.0.1:1":                                        {"连不上 Redis", "refused"},
		"redis://127.0.0.1:1?addr=127.0.0.1:2":                       {"连不上 Redis", "refused"},
		"redis://127.0.0.1:1?master_name=m":                          {"连不上 Redis", "refused"},
		"redis://no-such-host.invalid:6379":                          {"找不到主机 no-such-host.invalid"},
		"redis://" + silent.Addr().String():                          {"没有及时回答"},
		"rediss://127.0.0.1:" + port:                                 {"证书通不过验证", "certificate"},
		"redis://127.0.0.1:" + port:                                  {"rediss://"},
		"rediss://:s3cret-word@" + closed.Addr + "?skip_verify=true": {"以 redis:// 开头"},
	} {
		_, err := Open(t.Context(), url, Options{})
		if err == nil {
			t.Errorf("%s was opened", url)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in %v", url, w, err)
			}
		}
		if !errors.Is(err, survey.ErrUnavailable) && !errors.Is(err, survey.ErrUnknown) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestPermissions: all that an account lacks is said at the start, at once.
func TestPermissions(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	defer client.Close()
	rules := []any{"ACL", "SETUSER", "jindu", "reset", "on", ">p", "~jindu:*", "&jindu:*", "+@all", "-@admin", "-@dangerous", "+info", "+config|get"}
	for _, step := range []struct {
		without []any
		want    []string
	}{
		{[]any{"-evalsha", "-eval"}, []string{"+evalsha", "+eval"}},
		{[]any{"-@scripting", "-scan"}, []string{"+evalsha", "+eval", "+scan"}},
		{[]any{"-hset", "-xadd"}, []string{"+hset", "+xadd"}},
		{[]any{"-publish", "-multi"}, []string{"+publish", "+multi"}},
		{[]any{"resetchannels"}, []string{"&jindu:*"}},
		{[]any{"resetkeys", "~other:*"}, []string{"~jindu:*"}},
		{nil, nil},
	} {
		if err := client.Do(t.Context(), append(rules, step.without...)...).Err(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), "redis://jindu:p@"+server.Addr, Options{})
		if err == nil {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, said := errors.AsType[*StartError](err); (err != nil) != (step.want != nil) || err != nil && !said {
			t.Errorf("without %v: %v", step.without, err)
		}
		for _, w := range step.want {
			if err != nil && !strings.Contains(err.Error(), w) {
				t.Errorf("without %v: no %s in %v", step.without, w, err)
			}
		}
	}
	if keys := client.Keys(t.Context(), "*").Val(); len(keys) > 0 {
		t.Error("the trial left ", keys)
	}
}
