//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// tree makes empty files, and folders for names that end in "/", in the working directory of the test.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func makePipe(t *testing.T, name string) {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestIsFolder(t *testing.T) {
	tests := []struct {
		name   string
		inputs string
		out    string
		want   bool
		err    string
	}{
		{"file to new file", "a.jpg", "new", false, ""},
		{"file to file", "a.jpg", "b.jpg", false, ""},
		{"file to folder", "a.jpg", "dir", true, ""},
		{"file to new folder", "a.jpg", "new/", true, ""},
		{"two files", "a.jpg b.jpg", "new", true, ""},
		{"folder", "dir", "new", true, ""},
		{"standard input", "-", "new", false, ""},
		{"standard output", "a.jpg", "-", false, ""},
		{"standard input to folder", "-", "dir", false, `"-" is one file`},
		{"standard input among files", "a.jpg -", "new", false, `"-" is one file`},
		{"folder to standard output", "dir", "-", false, `"-" is one file`},
		{"folder to file", "dir", "a.jpg", false, "a.jpg is a file"},
		{"two files to file", "a.jpg b.jpg", "b.jpg", false, "b.jpg is a file"},
		{"missing file", "missing", "new", false, ""},
	}
	tree(t, "a.jpg", "b.jpg", "dir/")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := isFolder(strings.Fields(tt.inputs), tt.out)
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %t, %v, want %t, %q", got, err, tt.want, tt.err)
			}
		})
	}
}

// imageNames are the extensions of files that are taken for images.
const imageNames = "jpg, jpeg, png, webp, avif, gif, bmp, dib, ico, cur, tif, tiff, pnm, pbm, pgm, ppm, pam, qoi"

func TestPairs(t *testing.T) {
	tests := []struct {
		name   string
		files  string
		inputs string
		want   string // "input>output", or an error
	}{
		{"files", "a.jpg d/b.png", "a.jpg d/b.png", "a.jpg>out/a.webp d/b.png>out/b.webp"},
		{"other extension", "a.b.tiff plain", "a.b.tiff plain", "a.b.tiff>out/a.b.webp plain>out/plain.webp"},
		{"missing", "a.jpg", "a.jpg no.jpg", "a.jpg>out/a.webp no.jpg>out/no.webp"},
		{
			"folder", "in/a.jpg in/s/b.AVIF in/c.txt in/.d.jpg in/.e/f.jpg", "in",
			"in/a.jpg>out/a.webp in/s/b.AVIF>out/s/b.webp",
		},
		{"folder with a slash", "in/a.gif", "in/", "in/a.gif>out/a.webp"},
		{"hidden folder that is named", ".in/a.jpg", ".in", ".in/a.jpg>out/a.webp"},
		{"this folder", "a.jpg out/b.jpg", ".", "a.jpg>out/a.webp"},
		{"two folders", "x/a.jpg y/b.jpg", "x y", "x/a.jpg>out/a.webp y/b.jpg>out/b.webp"},
		{"clash of extensions", "in/a.jpg in/a.png", "in", "in/a.jpg and in/a.png would both become out/a.webp"},
		{"clash of folders", "x/a.jpg y/a.jpg", "x y", "x/a.jpg and y/a.jpg would both become out/a.webp"},
		{"nothing", "in/a.txt", "in", "no images in in; ignored, not named like an image (" + imageNames + "): in/a.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree(t, strings.Fields(tt.files)...)
			list, _, err := pairs(strings.Fields(tt.inputs), "out", ".webp")
			var got []string
			for _, p := range list {
				got = append(got, p.in+">"+p.out)
			}
			text := strings.Join(got, " ")
			if err != nil {
				text = err.Error()
			}
			if text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

func TestPipesInFoldersAreLeftAlone(t *testing.T) {
	tree(t, "in/a.jpg")
	makePipe(t, "in/pipe.jpg")
	list, ignored, err := pairs([]string{"in"}, "out", ".webp")
	if err != nil || !slices.Equal(list, []pair{{"in/a.jpg", "out/a.webp"}}) ||
		!slices.Equal(ignored, []string{"in/pipe.jpg"}) {
		t.Errorf("got %v, ignored %v, %v", list, ignored, err)
	}
}

// TestIgnoredFilesAreNamed: a few by name, many by number.
func TestIgnoredFilesAreNamed(t *testing.T) {
	const head = "ignored, not named like an image (" + imageNames + "): "
	for n, want := range map[int]string{
		1: "a", 10: "a, a, a, a, a, a, a, a, a, a",
		12: "a, a, a, a, a, a, a, a, a, a and 2 more",
	} {
		if got := ignoredText(slices.Repeat([]string{"a"}, n)); got != head+want {
			t.Errorf("%d files: %s", n, got)
		}
	}
}

func TestCheckOverwrites(t *testing.T) {
	tree(t, "a.jpg", "b.jpg", "dir/c.jpg")
	if err := os.Symlink("dir", "link"); err != nil {
		t.Fatal(err)
	}
	makePipe(t, "pipe")
	abs, err := filepath.Abs("a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		list []pair
		ok   bool
	}{
		{"new file", []pair{{"a.jpg", "new.jpg"}}, true},
		{"another file", []pair{{"a.jpg", "b.jpg"}}, true},
		{"itself", []pair{{"a.jpg", "./a.jpg"}}, false},
		{"itself by its full name", []pair{{"a.jpg", abs}}, false},
		{"another input", []pair{{"a.jpg", "b.jpg"}, {"b.jpg", "new.jpg"}}, false},
		{"through a link", []pair{{"dir/c.jpg", "link/c.jpg"}}, false},
		{"standard input and output", []pair{{"-", "-"}}, true},
		{"missing input, new output", []pair{{"no.jpg", "new.jpg"}}, true},
		{"a pipe", []pair{{"pipe", "pipe"}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := checkOverwrites(tt.list); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWriteWhole(t *testing.T) {
	tree(t, "old", "dir/")
	data := []byte("picture")
	for _, name := range []string{"new", "old", "made/on/the/way"} {
		if err := writeWhole(name, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	old := syscall.Umask(0o077)
	err := writeWhole("private", data)
	syscall.Umask(old)
	if info, statErr := os.Stat("private"); err != nil || statErr != nil || info.Mode() != 0o600 {
		t.Errorf("the umask is not kept: %v, %v, %v", info.Mode(), err, statErr)
	}
	for name, want := range map[string]string{"old/x": "not a directory", "dir": "is a directory"} {
		if err := writeWhole(name, data); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	if left, err := filepath.Glob(".imagekit-*"); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPipeIsWrittenTo: what is no file, a device such as /dev/null too, must not be replaced by one.
func TestPipeIsWrittenTo(t *testing.T) {
	tree(t)
	makePipe(t, "pipe")
	pipe, err := os.OpenFile("pipe", os.O_RDWR, 0) // both ends, so that nobody waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := writeWhole("pipe", []byte("picture")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat("pipe"); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Fatalf("the pipe was replaced: %v, %v", info.Mode(), err)
	}
	got := make([]byte, len("picture"))
	if _, err := io.ReadFull(pipe, got); err != nil || string(got) != "picture" {
		t.Errorf("got %q, %v", got, err)
	}
}
