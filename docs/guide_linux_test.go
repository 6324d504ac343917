package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// roomVariable tells the process that runs the blocks which directory is its own.
	roomVariable = "IMAGEKIT_TEST_GUIDE"
	// roomTime bounds all blocks together; they take seconds.
	roomTime = 9 * time.Minute
)

// TestGuide runs every shell block of the guide as printed, from top to bottom, as the operator of a fresh machine:
// a copy of the repository, an empty home, all ports free, and a system of which nothing is missing afterwards. For
// that the blocks run in namespaces of their own, with layers over /etc, /usr/local and /var, which needs root.
func TestGuide(t *testing.T) {
	blocks, problems := parseBlocks(readGuide(t))
	for _, p := range problems {
		t.Error(guidePath + ", " + p)
	}
	if len(blocks) == 0 || t.Failed() {
		t.Fatalf("%d blocks and %d problems", len(blocks), len(problems))
	}
	if os.Getuid() != 0 {
		t.Skip("the blocks of the guide are not run: they install the program, which needs root")
	}
	for _, program := range []string{"bash", "curl", "openssl", "pgrep", "make", "runuser", "pkg-config"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the blocks of the guide are not run: %v", err)
		}
	}
	dir := t.TempDir()
	copyRepository(t, filepath.Join(dir, "imagekit"))
	ctx, cancel := context.WithTimeout(t.Context(), roomTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Env = append(os.Environ(), roomVariable+"="+dir, "GOPROXY=off", "GOTOOLCHAIN=local",
		"GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"), "GOPATH="+goEnv(t, "GOPATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   unix.CLONE_NEWPID | unix.CLONE_NEWNET,
		Unshareflags: unix.CLONE_NEWNS,
		Pdeathsig:    syscall.SIGKILL,
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran || cmd.ProcessState.ExitCode() == exitNoRoom {
		t.Skipf("the blocks of the guide are not run: namespaces or layers are not available here: %v\n%s", err, &out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	t.Log(out.String())
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// copyRepository copies what a checkout holds. "go test" sees the files opened here, and so knows when to run again.
func copyRepository(t *testing.T, to string) {
	t.Helper()
	from := os.DirFS("..")
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		if d.IsDir() && (d.Name()[0] == '.' || d.Name() == "node_modules" || path == "bin" || path == "cache") {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() || path == ".git" { // a file where the checkout is a worktree
			return nil
		}
		text, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, path)
		return errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, text, info.Mode().Perm()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// roomMain is the life of the process that runs the blocks.
func roomMain() int {
	dir := os.Getenv(roomVariable)
	if err := furnish(dir); err != nil {
		fmt.Println(err)
		return exitNoRoom
	}
	text, err := os.ReadFile(guidePath)
	if err == nil {
		blocks, _ := parseBlocks(string(text))
		err = follow(dir, blocks)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// exitNoRoom is the exit status when the system does not let the test make its room.
const exitNoRoom = 77

// furnish makes loopback work, hides the processes outside, and lays layers over what an installation changes.
func furnish(dir string) error {
	layers := filepath.Join(dir, "layers")
	err := errors.Join(
		loopbackUp(),
		unix.Mount("proc", "/proc", "proc", 0, ""),
		os.MkdirAll(layers, 0o755),
		unix.Mount("imagekit", layers, "tmpfs", 0, "size=256m,mode=0755"),
	)
	for _, path := range []string{"/etc", "/usr/local", "/var"} {
		upper, work := layers+path+"/upper", layers+path+"/work"
		err = errors.Join(err, os.MkdirAll(upper, 0o755), os.MkdirAll(work, 0o755),
			unix.Mount("overlay", path, "overlay", 0, "lowerdir="+path+",upperdir="+upper+",workdir="+work))
	}
	// Whoever follows the guide has sudo. Here root runs everything, and sudo -u NAME is runuser -u NAME.
	const sudo = "#!/bin/bash\nif [ \"$1\" = -u ]; then exec runuser -u \"$2\" -- \"${@:3}\"; fi\nexec \"$@\"\n"
	return errors.Join(err, os.Mkdir(filepath.Join(dir, "home"), 0o700),
		os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755), // other users work here, too
		os.WriteFile("/usr/local/bin/sudo", []byte(sudo), 0o755))
}

// loopbackUp switches the loopback interface of a new network namespace on (netdevice(7)).
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	r, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, r)
}
