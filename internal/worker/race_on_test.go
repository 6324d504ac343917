//go:build race

package worker

import "math"

// The race detector maps terabytes of shadow memory, which RLIMIT_DATA counts.
const testDataLimit = math.MaxInt64
