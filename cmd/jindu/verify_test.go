package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder of domain files gives what lies in it, and nothing that a link in it
// leads to elsewhere.
func TestVerifyFolder(t *testing.T) {
	const name, other = "MP_verify_aB3dE6gH9jK2mN5p.txt", "MP_verify_zZ3dE6gH9jK2mN5p.txt"
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir, outside := t.TempDir(), t.TempDir()
	write(filepath.Join(dir, name), "aB3dE6gH9jK2mN5p\n")
	write(filepath.Join(dir, "notes.txt"), "x")
	write(filepath.Join(outside, "secret"), "a secret")
	for _, paths := range [][]string{{dir}, {filepath.Join(dir, name)}, {dir, filepath.Join(dir, name)}} {
		files, err := verifyFiles(paths)
		if err != nil || len(files) != 1 || files[name] != "aB3dE6gH9jK2mN5p" {
			t.Errorf("%v: %q %v", paths, files, err)
		}
	}
	// Within the folder a link is as good as the file.
	if err := os.Symlink(name, filepath.Join(dir, other)); err != nil {
		t.Fatal(err)
	}
	if files, err := verifyFiles([]string{dir}); err != nil || files[other] != files[name] {
		t.Errorf("%q %v", files, err)
	}
	for _, target := range []string{filepath.Join(outside, "secret"), "/dev/zero", filepath.Join("..", filepath.Base(outside), "secret")} {
		if err := os.Remove(filepath.Join(dir, other)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(dir, other)); err != nil {
			t.Fatal(err)
		}
		if files, err := verifyFiles([]string{dir}); err == nil || strings.Contains(err.Error(), "a secret") || !strings.Contains(err.Error(), other+" 是一个链接，指向文件夹外面") || strings.Contains(err.Error(), "escapes") {
			t.Errorf("%s: %q %v", target, files, err)
		}
	}
	for path, want := range map[string]string{
		outside: "没有 MP_verify", filepath.Join(outside, "secret"): "不是微信的域名验证文件", filepath.Join(outside, name): name + " 不存在",
		filepath.Join(outside, "no", name): "打不开文件夹",
	} {
		if _, err := verifyFiles([]string{path}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	write(filepath.Join(outside, name), strings.Repeat("x", 2<<10))
	if _, err := verifyFiles([]string{outside}); err == nil || !strings.Contains(err.Error(), "太大") {
		t.Error(err)
	}
}
