package imagekit_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// cFlags stand first in the one line of flags of every package with C of its own; how much it is optimised follows.
var cFlags = regexp.MustCompile(`(?m)^// #cgo CFLAGS: -std=c11 -O[23] -Wall -Wextra$`)

// cFiles lists the files in C by their package's directory.
func cFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir("internal", func(p string, _ fs.DirEntry, err error) error {
		if ext := path.Ext(p); ext == ".c" || ext == ".h" {
			slash := filepath.ToSlash(p)
			files[path.Dir(slash)] = append(files[path.Dir(slash)], slash)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("want C below internal, found none")
	}
	return files
}

func TestStyleOfC(t *testing.T) {
	block := regexp.MustCompile(`(?m)^[^\n]*/\*[^\n]*$`) // in a macro there are no others
	var all []string
	for _, files := range cFiles(t) {
		for _, f := range files {
			for _, line := range block.FindAllString(read(t, f), -1) {
				if !strings.HasSuffix(line, `\`) {
					t.Errorf("%s: want // comments, got %s", f, strings.TrimSpace(line))
				}
			}
		}
		all = append(all, files...)
	}
	version, err := exec.Command("clang-format", "--version").Output()
	if err != nil || !strings.Contains(string(version), " version 14.") { // each has a taste of its own
		t.Skipf("want clang-format 14, got %q: the style of C stays untested", version)
	}
	check := exec.Command("clang-format", append([]string{"--dry-run", "-Werror"}, all...)...)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("want C as .clang-format has it (clang-format -i FILE writes it): %v\n%s", err, out)
	}
}

// TestWarningsOfC asks for the same warnings everywhere, and for none of them.
func TestWarningsOfC(t *testing.T) {
	libraries := regexp.MustCompile(`(?m)^// #cgo pkg-config: (.*)$`)
	for dir, files := range cFiles(t) {
		if path.Base(dir) == "testdata" {
			continue
		}
		source := goSource(t, dir)
		if flags := strings.Count(source, "#cgo CFLAGS"); flags != 1 || !cFlags.MatchString(source) {
			t.Errorf("%s: want one line of flags like %s, got %d", dir, cFlags, flags)
		}
		var needs []string
		for _, m := range libraries.FindAllStringSubmatch(source, -1) {
			needs = append(needs, strings.Fields(m[1])...)
		}
		include, err := exec.Command("pkg-config", append([]string{"--cflags"}, needs...)...).Output()
		if err != nil {
			t.Skipf("pkg-config does not know %v: the warnings of C stay untested", needs)
		}
		args := strings.Fields("-std=c11 -O1 -Wall -Wextra -Werror -c -o " + os.DevNull + " " + string(include))
		for _, f := range files {
			if path.Ext(f) != ".c" {
				continue
			}
			if out, err := exec.Command("cc", append(args, f)...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", f, err, out)
			}
		}
	}
}

// TestNamesOfC: all C is linked into one program, so what a header shows begins with its package.
func TestNamesOfC(t *testing.T) {
	comment := regexp.MustCompile(`//[^\n]*`)
	shown := regexp.MustCompile(`(?m)^\} (\w+);|^typedef struct \w+ (\w+);|^(?:[a-z]\w*[ *]+)+(\w+)\(|^#define (\w+)|^(?:\t|enum \{ )([A-Z][A-Z0-9_]+)`)
	for dir, files := range cFiles(t) {
		name := "ik" + path.Base(dir) + "_"
		found := 0
		for _, f := range files {
			if path.Ext(f) != ".h" {
				continue
			}
			for _, m := range shown.FindAllStringSubmatch(comment.ReplaceAllString(read(t, f), ""), -1) {
				got := strings.Join(m[1:], "")
				if strings.HasPrefix(m[0], "static ") || strings.HasPrefix(got, "IMAGEKIT_") {
					continue
				}
				found++
				if !strings.HasPrefix(strings.ToLower(got), name) {
					t.Errorf("%s: want a name that begins with %s, got %s", f, name, got)
				}
			}
		}
		if found == 0 && path.Base(dir) != "testdata" {
			t.Errorf("%s: found no names in its headers", dir)
		}
	}
}

// goSource returns the Go of a package in one text.
func goSource(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		all.WriteString(read(t, f))
	}
	return all.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
