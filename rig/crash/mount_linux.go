package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// childOrder holds, in the process that may mount, what it shall run.
const childOrder = "IMAGEKIT_RIG_ORDER"

// errNoMount says that this system does not let the rig make a disk.
var errNoMount = errors.New("a mount namespace is not available here")

// order is what the child is told.
type order struct {
	Scenario, Binary, Dir string
	Sizes                 sizes
}

func isChild() bool { return os.Getenv(childOrder) != "" }

// runMounted runs a scenario in a process of its own on a tmpfs, which nobody else sees and which ends with the process.
// It needs no privileges, but a system that lets users make namespaces.
func runMounted(ctx context.Context, r *rig, s scenario) ([]figure, error) {
	text, err := json.Marshal(order{s.name, r.binary, r.dir, r.sizes})
	if err != nil {
		return nil, err
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Env = append(os.Environ(), childOrder+"="+string(text))
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoMount, err)
	}
	err = cmd.Wait()
	var figures []figure
	if jsonErr := json.Unmarshal(out.Bytes(), &figures); jsonErr != nil || err != nil {
		return figures, errors.Join(err, jsonErr, errors.New(strings.TrimSpace(errs.String())))
	}
	return figures, nil
}

// childMain is the life of that process.
func childMain() int {
	var o order
	if err := json.Unmarshal([]byte(os.Getenv(childOrder)), &o); err != nil {
		return complain(err)
	}
	os.Unsetenv(childOrder) // the server inherits nothing, but what it starts must not either
	if err := unix.Mount("imagekit", o.Dir, "tmpfs", 0, fmt.Sprintf("size=%d", smallDisk)); err != nil {
		return complain(err)
	}
	r := &rig{binary: o.Binary, dir: o.Dir, sizes: o.Sizes, step: func(int, int) {}}
	for _, s := range scenarios() {
		if s.name != o.Scenario {
			continue
		}
		figures, err := s.run(context.Background(), r)
		if err != nil {
			return complain(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(figures); err != nil {
			return complain(err)
		}
	}
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
