//go:build unix

package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// pipe makes a named pipe. A writer keeps it open until the end of the test.
func pipe(t *testing.T, writer bool, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	if writer {
		f, err := os.OpenFile(path, os.O_RDWR, 0) // waits for nobody
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Whatever stands at the path, reading a secret ends: an error is one that an operator can act on.
func TestSecretFilesCannotHang(t *testing.T) {
	for name, tt := range map[string]struct{ path, want string }{
		"pipe without a writer":          {pipe(t, false, ""), "is a pipe that nobody writes to"},
		"pipe whose writer says nothing": {pipe(t, true, ""), "no end of it"},
		"pipe whose writer never ends":   {pipe(t, true, good), "no end of it"},
		"a device without an end":        {"/dev/zero", "at most 65536 bytes"},
		"directory":                      {t.TempDir(), "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, err := load(nil, texts{"IMAGEKIT_SECRET_FILE": tt.path})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Secrets(); err == nil || !strings.Contains(err.Error(), tt.want) ||
				!strings.Contains(err.Error(), "IMAGEKIT_SECRET_FILE") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// A shell's <(command) is a pipe that is written to its end.
func TestSecretFromPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString(good + "\n"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	s, _, err := load(nil, texts{"IMAGEKIT_SECRET_FILE": fmt.Sprintf("/dev/fd/%d", r.Fd())})
	if err != nil {
		t.Fatal(err)
	}
	keys, _, err := s.Secrets()
	if err != nil || string(keys.Current) != good {
		t.Errorf("got %d bytes, %v", len(keys.Current), err)
	}
}
