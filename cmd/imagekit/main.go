// Command imagekit is an image transformation service: one binary that serves, signs and transforms.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"
)

// version and commit are set by the linker (see Makefile).
var (
	version = "dev"
	commit  = "unknown"
)

// system is what a command may touch of the world outside, so that tests can hand in their own.
type system struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == workerCommand {
		os.Exit(runWorker(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args, system{os.Stdin, os.Stdout, os.Stderr, os.Getenv}))
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and failed
	exitUsage  = 2 // it was not tried: the command line or a setting is wrong
)

// usageError is a mistake in the command line or the settings.
type usageError struct{ error }

// Unwrap returns the mistake.
func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run runs one command line and returns the exit code.
func run(ctx context.Context, args []string, sys system) int {
	err := root(sys).Run(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(sys.err, "imagekit:", err)
		return exitUsage
	}
	fmt.Fprintln(sys.err, "imagekit:", err)
	return exitFailed
}

// root is the command line. Without a command it serves.
func root(sys system) *cli.Command {
	serve := serveCommand(sys)
	c := &cli.Command{
		Name:        "imagekit",
		Usage:       "resize, crop and re-encode images on the fly",
		UsageText:   "imagekit [command] [options]\n\nWithout a command it serves. Example:\n\n   imagekit serve --addr 127.0.0.1:8080 --cache-dir /var/cache/imagekit",
		Flags:       serve.Flags,
		Action:      serve.Action,
		Commands:    []*cli.Command{serve, signCommand(sys), transformCommand(sys), healthcheckCommand(sys), versionCommand(sys)},
		Suggest:     true,
		HideVersion: true,
		Reader:      sys.in, Writer: sys.out, ErrWriter: sys.err,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run prints and counts
		OnUsageError:   onUsageError,
	}
	for _, sub := range c.Commands {
		sub.OnUsageError, sub.HideHelpCommand = onUsageError, true
	}
	return c
}

func onUsageError(_ context.Context, c *cli.Command, err error, _ bool) error {
	return usagef("%w (see %s --help)", err, c.FullName())
}

// noArguments refuses what a command does not take; for the root that is a misspelt command.
func noArguments(c *cli.Command) error {
	if !c.Args().Present() {
		return nil
	}
	got := c.Args().First()
	if c.Root() == c {
		hint := cli.SuggestCommand(c.Commands, got)
		if hint != "" {
			return usagef("unknown command %q; did you mean %q? (see imagekit --help)", got, hint)
		}
		return usagef("unknown command %q (see imagekit --help)", got)
	}
	return usagef("%s takes no arguments, got %q (see %s --help)", c.Name, got, c.FullName())
}
