package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is what a program that runs in it has for its own: it writes to a screen, and keys are typed.
type terminal struct {
	*os.File
	unseen string // read, but behind what was waited for
}

// start starts a program in a terminal of 100 columns.
func start(t *testing.T, c *exec.Cmd) *terminal {
	t.Helper()
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Skipf("NOT CHECKED: no terminal can be made here: %v", err)
	}
	w := &terminal{File: os.NewFile(uintptr(master), "/dev/ptmx")}
	t.Cleanup(func() { w.Close() })
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(master, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 100})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

// wait reads until the text is on the screen, and returns what stands before it, from the end of the last wait.
func (w *terminal) wait(t *testing.T, text string) string {
	t.Helper()
	if err := w.SetReadDeadline(time.Now().Add(10 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		before, after, found := strings.Cut(w.unseen, text)
		if found {
			w.unseen = after
			return before
		}
		n, err := w.Read(buf)
		if w.unseen += string(buf[:n]); err != nil && !strings.Contains(w.unseen, text) {
			t.Fatalf("waiting for %q: %v; on the screen: %q", text, err, w.unseen)
		}
	}
}

func TestTransformInTerminal(t *testing.T) {
	tree(t, "in/")
	for _, name := range []string{"in/a.png", "in/b.png", "in/c.png"} {
		writeFile(t, name, picture(t, name))
	}
	makePipe(t, "in/pipe.jpg")
	c := exec.Command("imagekit", "transform", "in/a.png", "in/pipe.jpg", "in/b.png", "out/", "w=8")
	w := start(t, c)
	w.wait(t, "/3, ")
	pipe, err := os.OpenFile("in/pipe.jpg", os.O_WRONLY, 0) // returns when the other side reads
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	fmt.Fprint(w, "\x03") // Ctrl-C
	w.wait(t, "imagekit: interrupted, ")
	w.wait(t, " of 3 done")
	w.wait(t, "\n")
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit status %d, want %d", code, exitInterrupted)
	}
	wantWhole(t, "out")

	c = exec.Command("imagekit", "transform", "in/a.png", "in/b.png", "in/c.png", "out/", "w=8")
	w = start(t, c)
	w.wait(t, "of 3 done")
	w.wait(t, "\n")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	wantWhole(t, "out")
}
