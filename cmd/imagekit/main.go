// Command imagekit is an image transformation service: one binary that serves, signs and transforms.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/urfave/cli/v3"

	"imagekit/internal/settings"
)

// system is what a command may touch of the world outside, so that tests can hand in their own.
type system struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	environ  []string   // all of it, NAME=VALUE each
	sockets  []*os.File // to listen on, passed in by systemd (sd_listen_fds(3)) or the like
}

func main() {
	if len(os.Args) > 1 {
		if code, ok := runWorker(os.Args[1], os.Args[2:]); ok {
			os.Exit(code)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(run(ctx, os.Args, system{os.Stdin, os.Stdout, os.Stderr, os.Getenv, os.Environ(), activation.Files(true)}))
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

// run runs one command line and returns the exit code. Every line of an error tells where it comes from.
func run(ctx context.Context, args []string, sys system) int {
	c := root(args, sys)
	if text := askedHelp(c, args[1:]); text != "" {
		fmt.Fprint(sys.out, text)
		return exitOK
	}
	err := c.Run(ctx, args)
	if err == nil {
		return exitOK
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(sys.err, "imagekit:", line)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[interruptedError](err); ok {
		return exitInterrupted
	}
	return exitFailed
}

// root is the command line. Without a command it serves.
func root(args []string, sys system) *cli.Command {
	c := &cli.Command{
		Name:      "imagekit",
		Usage:     "resize, crop and re-encode images on the fly",
		UsageText: "imagekit [COMMAND] [options]",
		Description: `Without a command it serves. Examples:

  imagekit serve --addr 127.0.0.1:8080 --cache-dir /var/cache/imagekit
  imagekit transform photo.jpg small.webp 'w=400'
  imagekit --help parameters`,
		Flags: append([]cli.Flag{&cli.BoolFlag{Name: "version", Usage: "Print the version.", Local: true}}, settings.Flags()...),
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Bool("version") {
				return printVersion(sys)
			}
			return serveCommand(sys).Action(ctx, c)
		},
		Commands: []*cli.Command{
			serveCommand(sys), signCommand(sys), transformCommand(sys), cacheCommand(sys), healthcheckCommand(sys), completionCommand(sys),
			versionCommand(sys), helpCommand(sys), sandboxCommand(sys),
		},
		HideVersion: true,
		Reader:      sys.in, Writer: sys.out, ErrWriter: sys.err,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run prints and counts
		OnUsageError:   onUsageError(args),
	}
	prepare(c.Commands, c.OnUsageError)
	return withHelp(c)
}

// prepare gives the commands, and those below them, their help and their answer to mistakes.
func prepare(commands []*cli.Command, onError cli.OnUsageErrorFunc) {
	for _, c := range commands {
		withHelp(c).OnUsageError = onError
		c.HideHelpCommand = true
		prepare(c.Commands, onError)
	}
}
