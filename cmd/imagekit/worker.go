package main

import (
	"fmt"
	"os"
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
		if len(args) == 2 { // the mode of the sandbox and the data limit; worker.Serve complains of others
			if limit, err := strconv.ParseInt(args[1], 10, 64); err == nil && limit > 0 {
				frame.Within(limit)
			}
		}
		run = func(src *blob.Blob, p plan.Plan, enter func(stage.Stage)) (*blob.Blob, stage.Times, error) {
			return engine.Engine{Enter: enter}.Run(src, p)
		}
	case selfTestCommand:
		run = breakout.Run
	default:
		return 0, false
	}
	if err := worker.Serve(args, engine.Versions(), run); err != nil {
		fmt.Fprintln(os.Stderr, "imagekit worker:", err)
		return exitFailed, true
	}
	return exitOK, true
}
