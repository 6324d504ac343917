// Command imagekit is an image transformation service: one binary that serves, signs and transforms.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/urfave/cli/v3"

	"imagekit/internal/settings"
)

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
		Flags: append([]cli.Flag{&cli.BoolFlag{Name: "version", Usage: "Print the version.", Local: true}},
			settings.Flags()...),
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
