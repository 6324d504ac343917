package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/frame"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
	"imagekit/internal/worker"
	"imagekit/internal/worker/breakout"
)

// Hidden arguments that make the binary a worker process. They are looked at before anything else is set up, because
// a worker must be up in milliseconds.
const (
	workerCommand   = "worker"          // does the service's jobs
	selfTestCommand = "worker-selftest" // is confined in the same way, and tries to break out
)

// runWorker is the life of a worker process, when command is one of those.
func runWorker(command string, args []string) (code int, ok bool) {
	var run worker.Runner
	switch command {
	case workerCommand:
		if len(args) >= 2 { // the last is the data limit; worker.Serve complains of others
			if limit, err := strconv.ParseInt(args[len(args)-1], 10, 64); err == nil && limit > 0 {
				frame.Within(limit)
			}
		}
		run = func(src *blob.Blob, p plan.Plan, enter func(int, stage.Stage), more ...*blob.Blob) (*blob.Blob, stage.Times,
			error,
		) {
			return engine.Engine{Enter: enter}.Run(src, p, more...)
		}
	case selfTestCommand:
		run = breakout.Run
	default:
		return 0, false
	}
	if engine.Compiles {
		if len(args) == 0 {
			fmt.Fprintln(os.Stderr, "imagekit worker: the service starts its workers itself")
			return exitFailed, true
		}
		if err := engine.Prepare(args[0]); err != nil {
			fmt.Fprintln(os.Stderr, "imagekit worker:", err)
			return exitFailed, true
		}
		args = args[1:]
	}
	if err := worker.Serve(args, engine.Versions(), run); err != nil {
		fmt.Fprintln(os.Stderr, "imagekit worker:", err)
		return exitFailed, true
	}
	return exitOK, true
}

// workerArgs are the arguments that start a worker with a command: where an engine that compiles keeps what it compiled
// follows.
func workerArgs(command string) []string {
	if !engine.Compiles {
		return []string{command}
	}
	return []string{command, compiledDir()}
}

// compiledDir is a directory of this user alone, since what lies there is run. Without one every worker compiles.
func compiledDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "imagekit", "compiled")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	return dir
}
