package disk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"imagekit/internal/cache"
)

// mountChild is set in the process that may mount: a copy of the test in a mount namespace of its own.
const mountChild = "IMAGEKIT_TEST_MOUNTED"

// withTmpfs runs test in a process of its own on a tmpfs of size bytes, which nobody else sees and which ends with
// the process. It needs no privileges, but a system that lets users make namespaces.
func withTmpfs(t *testing.T, size int, test func(dir string)) {
	t.Helper()
	if os.Getenv(mountChild) != "" {
		dir := t.TempDir()
		if err := unix.Mount("imagekit", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		}()
		test(dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), mountChild+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
		t.Skipf("a mount namespace is not available here, so this is not tested: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestBoundHoldsAtEveryMoment lets the kernel watch: the disk is as large as the store may ever get, so that one write
// before room was made fails for want of space. (Adding up the files would not do: they change meanwhile.)
func TestBoundHoldsAtEveryMoment(t *testing.T) {
	const limit = 4 << 20
	withTmpfs(t, limit*105/100, func(dir string) {
		for _, b := range bounds {
			s := open(t, filepath.Join(dir, b.name), limit)
			fillUp(t, s, b.size, func() {})
			if err := errors.Join(s.Close(), os.RemoveAll(s.dir)); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestFullDisk(t *testing.T) {
	const size = 1 << 20
	withTmpfs(t, size, func(dir string) {
		s := open(t, dir, 10*size) // more than there is
		s.space = blind()
		var full error
		for i := 0; full == nil && i < 100; i++ {
			full = s.Put(t.Context(), key(i), content(fmt.Sprint(i), 50_000))
		}
		if !errors.Is(full, unix.ENOSPC) {
			t.Fatalf("writing 5 MB to a disk of 1 MB: %v", full)
		}
		if !has(t, s, "0") {
			t.Error("what was there before the disk was full is gone")
		}
		if got, want := s.Usage().SizeBytes, onDisk(t, dir); got != want || s.index.reserved != 0 {
			t.Errorf("Usage says %d bytes, on disk are %d, %d are reserved", got, want, s.index.reserved)
		}
		if err := s.Delete(t.Context(), key(0)); err != nil {
			t.Fatal(err)
		}
		put(t, s, "again", 40_000)
		if got := DefaultLimit(dir); got != size/2 && got != minDefault {
			t.Errorf("DefaultLimit of a disk of %d bytes: %d", size, got)
		}
	})
}

// TestFloorOnSmallDisk: with a floor a disk that is smaller than the limit is never full, and all that is written is kept.
func TestFloorOnSmallDisk(t *testing.T) {
	const size = 4 << 20
	withTmpfs(t, size, func(dir string) {
		s := open(t, dir, 10*size)
		s.space = &space{look: s.space.look, minFree: size / 4, log: s.log}
		for i := range 200 {
			put(t, s, fmt.Sprint(i), 50_000)
		}
		v, err := statVolume(dir)
		if err != nil || v.Free < size/4 || v.Free > size/2 {
			t.Errorf("%d bytes are free (%v), want the floor of %d and little more", v.Free, err, size/4)
		}
		if u := s.Usage(); u.Evictions == 0 || !has(t, s, "199") {
			t.Errorf("usage %+v", u)
		}
	})
}

func TestReadOnlyDisk(t *testing.T) {
	withTmpfs(t, 1<<20, func(dir string) {
		s := open(t, dir, 1<<20)
		c := cache.New(s, nil, nil)
		keep(t, c, "0", newBlob("0", 1000))
		age(t, s, 0, 2*touchAfter)
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get(t.Context(), "0"); !ok {
			t.Error("what is there cannot be read any more")
		}
		keep(t, c, "1", newBlob("1", 1000))
		if err := c.Delete(t.Context(), "0"); !errors.Is(err, unix.EROFS) {
			t.Errorf("Delete: %v, want the failure", err)
		}
		if st := c.Stats(); st.WriteErrors != 2 || st.ReadErrors != 0 || st.Entries != 1 {
			t.Errorf("stats %+v", st)
		}
		if _, err := Open(Config{Dir: dir, Limit: 1 << 20}); !errors.Is(err, unix.EROFS) {
			t.Errorf("Open of a read-only directory: %v", err)
		}
	})
}
