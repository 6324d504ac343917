package main

import (
	"fmt"
	"os"

	"imagekit/internal/engine"
	"imagekit/internal/worker"
)

// workerCommand is the hidden argument that makes the binary a worker process. It is looked at before anything else
// is set up, because a worker must be up in milliseconds.
const workerCommand = "worker"

func runWorker(args []string) int {
	if err := worker.Serve(args, engine.Versions(), engine.Engine{}.Run); err != nil {
		fmt.Fprintln(os.Stderr, "imagekit worker:", err)
		return exitFailed
	}
	return exitOK
}
