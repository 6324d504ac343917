package main

import (
	"fmt"
	"io"
	"os"
)

// system is what a command may touch of the world outside, so that tests can hand in their own.
type system struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	environ  []string   // all of it, NAME=VALUE each
	sockets  []*os.File // to listen on, passed in by systemd (sd_listen_fds(3)) or the like
}

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1   // it was tried and failed
	exitUsage       = 2   // it was not tried: the command line or a setting is wrong
	exitInterrupted = 130 // Ctrl-C or SIGTERM came in the middle of it; what shells say of a program that SIGINT ended
)

// usageError is a mistake in the command line or the settings.
type usageError struct{ error }

// Unwrap returns the mistake.
func (e usageError) Unwrap() error { return e.error }

// interruptedError says how far the work was when Ctrl-C or SIGTERM came, "" when there is nothing to say.
type interruptedError string

func (e interruptedError) Error() string {
	if e == "" {
		return "interrupted"
	}
	return "interrupted, " + string(e)
}

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
