// Package stage names the stages of a request and holds the time each took. Every layer that spends
// time on a request adds to the same small value, so that Server-Timing and the log agree.
package stage

import (
	"iter"
	"strconv"
	"strings"
	"time"
)

// Stage is one part of the work on a request.
type Stage uint8

// The stages in the order a cold request passes them.
const (
	Cache  Stage = iota // looking up and checking the cached result
	Fetch               // downloading the source
	Probe               // reading the header and planning
	Queue               // waiting for a worker
	Decode              // source bytes to planes
	Resize              // crop, resize, colour, turns, padding
	Encode              // planes to result bytes
	Store               // writing the result to the cache
	count
)

var names = [count]string{"cache", "fetch", "probe", "queue", "decode", "resize", "encode", "store"}

// remarks say of a stage what its name does not.
var remarks = [count]string{Cache: "reading it", Store: "writing the cache"}

// List names all stages in order, with a remark where a name alone misleads, for a sentence: "cache (reading it), fetch, …".
func List() string {
	text := make([]string, count)
	for s, name := range names {
		text[s] = name
		if remarks[s] != "" {
			text[s] += " (" + remarks[s] + ")"
		}
	}
	return strings.Join(text, ", ")
}

// String returns the name used in Server-Timing and logs.
func (s Stage) String() string { return names[s] }

// Times holds the duration of each stage; zero means the stage did not happen. Comparable and fixed in size.
type Times [count]time.Duration

// Since adds the time since start to a stage: defer t.Since(stage.Fetch, time.Now()).
func (t *Times) Since(s Stage, start time.Time) { t[s] += time.Since(start) }

// Add adds other, stage by stage.
func (t *Times) Add(other Times) {
	for i := range t {
		t[i] += other[i]
	}
}

// All yields the stages that happened, in order, with their names.
func (t Times) All() iter.Seq2[string, time.Duration] {
	return func(yield func(string, time.Duration) bool) {
		for i, d := range t {
			if d != 0 && !yield(names[i], d) {
				return
			}
		}
	}
}

// Header formats the stages that happened for the Server-Timing header (W3C Server Timing), in milliseconds.
func (t Times) Header() string {
	text := make([]byte, 0, 160) // every stage with seconds: no second allocation
	for name, d := range t.All() {
		if len(text) > 0 {
			text = append(text, ", "...)
		}
		text = append(append(text, name...), ";dur="...)
		text = strconv.AppendFloat(text, float64(d)/float64(time.Millisecond), 'f', 2, 64)
	}
	return string(text)
}
