//go:build unix

// Systemd boots a real systemd in a container made by mmdebstrap and runs the program under the units of deploy/systemd,
// as they are: sandboxed workers, a picture, reload, restart under load, sudden ends, stop. It wants root, mmdebstrap and
// systemd-nspawn (Debian: systemd-container). Run it at the root of the repository: make rig-systemd
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := try(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "systemd:", err)
		os.Exit(1)
	}
}

func try(ctx context.Context) error {
	if os.Getuid() != 0 {
		return errors.New("containers want root: run it with sudo, or in a virtual machine")
	}
	dir, err := os.MkdirTemp("", "imagekit-systemd-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root := filepath.Join(dir, "root")
	if err := install(ctx, root); err != nil {
		return err
	}
	m, err := boot(ctx, root)
	if err != nil {
		return err
	}
	defer m.end()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"starts, confined", m.starts},
		{"makes a picture", m.picture},
		{"reloads", m.reloads},
		{"loses no request to a restart", m.restarts},
		{"comes back when killed", m.returns},
		{"goes on when a worker is killed", m.outlives},
		{"stops", m.stops},
	} {
		start := time.Now()
		if err := step.do(ctx); err != nil {
			log, _ := m.in(ctx, "journalctl -u imagekit --no-pager -n 30")
			return fmt.Errorf("%s: %w\n%s", step.name, err, log)
		}
		fmt.Printf("%-34s ok  %5.1f s\n", step.name, time.Since(start).Seconds())
	}
	return nil
}

// install makes a root of this machine's Debian, which the program was built for, and installs it as the unit tells.
// The program's libraries are copied from this machine.
func install(ctx context.Context, root string) error {
	const script = `set -eu
. /etc/os-release
mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,curl,procps "$VERSION_CODENAME" "$1"
ldd bin/imagekit | awk '$3 ~ /^\// { print $3 }' | xargs cp -L --parents -t "$1"
install -m 0755 bin/imagekit "$1/usr/local/bin/imagekit"
chroot "$1" useradd --system --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin imagekit
chroot "$1" install -d -m 0750 -o root -g imagekit /etc/imagekit
cp deploy/systemd/imagekit.env "$1/etc/imagekit/imagekit.env"
# More than the example: a kernel without the sandbox must not go unseen here, and there is no origin.
printf 'IMAGEKIT_SANDBOX=require\nIMAGEKIT_SAMPLES=1\n' >> "$1/etc/imagekit/imagekit.env"
head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' > "$1/etc/imagekit/secret"
chroot "$1" sh -c 'chgrp imagekit /etc/imagekit/*; chmod 0640 /etc/imagekit/*'
install -m 0644 deploy/systemd/imagekit.service deploy/systemd/imagekit.socket "$1/etc/systemd/system/"
systemctl --quiet --root="$1" enable imagekit.socket imagekit.service`
	cmd := exec.CommandContext(ctx, "sh", "-c", script, "sh", root)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// machine is a container with its own systemd.
type machine struct {
	nspawn *exec.Cmd
	init   string // its process id
}

// boot starts the container. Its network is its own, so the ports of this machine do not matter. nspawn's filter of
// system calls has no place for Landlock before systemd 255; the unit's own is what is tried.
func boot(ctx context.Context, root string) (*machine, error) {
	m := &machine{nspawn: exec.CommandContext(ctx, "systemd-nspawn", "--quiet", "--directory", root, "--boot",
		"--register=no",
		"--keep-unit", "--private-network", "--console=pipe", "--machine=imagekit-rig")}
	m.nspawn.Env = append(os.Environ(), "SYSTEMD_SECCOMP=0")
	if err := m.nspawn.Start(); err != nil {
		return nil, err
	}
	err := within(20*time.Second, func() error {
		out, err := exec.CommandContext(ctx, "pgrep", "-P", fmt.Sprint(m.nspawn.Process.Pid)).Output()
		if m.init = strings.TrimSpace(string(out)); err != nil {
			return err
		}
		_, err = m.in(ctx, "systemctl is-active --quiet imagekit.socket")
		return err
	})
	if err != nil {
		m.end()
	}
	return m, err
}

// end stops the container.
func (m *machine) end() {
	_ = m.nspawn.Process.Signal(syscall.SIGTERM) // it shuts the container down
	done := make(chan struct{})
	go func() { _ = m.nspawn.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		_ = m.nspawn.Process.Kill()
		<-done
	}
}

// in runs a line of shell in the container and returns what it prints.
func (m *machine) in(ctx context.Context, line string) (string, error) {
	cmd := exec.CommandContext(ctx, "nsenter", "--target", m.init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
		"--",
		"sh", "-c", line)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", line, err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// within tries until there is no error, or time is over.
func within(d time.Duration, try func() error) error {
	deadline := time.Now().Add(d)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}
