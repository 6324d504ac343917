//go:build unix && !linux

package worker

import (
	"errors"
	"os"
	"syscall"

	"imagekit/internal/blob"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// raise sends a signal to this process.
func raise(s syscall.Signal) error { return syscall.Kill(os.Getpid(), s) }

// onThreads has nothing to tell here.
func onThreads(*blob.Blob, plan.Plan, func(int, stage.Stage), ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	return nil, stage.Times{}, errors.ErrUnsupported
}
