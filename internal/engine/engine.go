// Package engine runs a plan on the bytes of a source: the pipeline, as a list you can read.
// It is planar from end to end. A picture that needs nothing but a resize goes straight from the decoder's planes to
// the encoder's; everything else passes through the working form (16 bits, 4:4:4, premultiplied) on its small result.
package engine

import (
	"cmp"
	"errors"
	"image"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
	"imagekit/internal/text"
)

// Engine does jobs in this process. The zero value is ready. It is the only user of C code.
type Engine struct {
	// Enter is told of each step's stage before it, and of the part it works on: 0 = the picture, n = the n-th of the plan's
	// overlays. Nil = nobody wants to know.
	Enter func(part int, s stage.Stage)
	// Fonts are those of texts; nil = the built-in ones.
	Fonts *text.Fonts
}

// job is what one step hands to the next.
type job struct {
	plan    plan.Plan
	src     *blob.Blob
	decoder decoder        // nil before the first picture
	encoder encoder        // of a result that moves, nil before the first picture
	delay   time.Duration  // how long the frame is shown
	frame   *frame.Frame   // owned; replaced by each step that makes a new one
	exact   *frame.Frame   // R, G and B for a result without loss, if that may be the smaller one; owned
	marks   []*frame.Frame // what is laid over, by the plan's overlays; owned
	fonts   *text.Fonts
	text    *frame.Frame // what is written over, once it is made; owned
	textAt  image.Point  // in its space
	result  []byte
}

// release gives back what the job holds.
func (j *job) release() {
	j.frame.Release()
	j.exact.Release()
	if j.decoder != nil {
		j.decoder.Release()
	}
	for _, f := range j.marks {
		f.Release()
	}
	j.text.Release()
	if j.encoder != nil {
		j.encoder.Release()
	}
}

// step is one entry of the pipeline and the stage its time counts for.
type step struct {
	stage stage.Stage
	run   func(*job) error
}

// steps is the order of work on each picture. A step that a plan does not ask for does nothing.
var steps = []step{
	{stage.Decode, decode},
	{stage.Resize, resize},
	{stage.Resize, toSRGB},
	{stage.Resize, fromSignal},
	{stage.Resize, turn},
	{stage.Resize, effects},
	{stage.Resize, toModel},
	{stage.Resize, pad},
	{stage.Resize, flatten},
	{stage.Resize, border},
	{stage.Resize, round},
	{stage.Resize, overlay},
	{stage.Resize, writeText},
	{stage.Encode, lookAt},
	{stage.Resize, finish},
	{stage.Encode, lookAgain},
	{stage.Encode, add},
}

// end makes the file of what was added.
var end = []step{{stage.Encode, closing}}

// explain makes want of memory, wherever it was met, the fault that it is: the picture's, not ours.
func explain(err error) error {
	if errors.Is(err, frame.ErrMemory) {
		return fault.Wrap(fault.TooMuchMemory, err, "this image needs more memory than a worker may use")
	}
	return err
}

// Run does the job of p on src, with what is laid over it in more, and returns the encoded result with the time of each
// stage. The result has no tag: the parent of the worker makes it of the bytes that arrive. Errors of a source are faults
// (damaged, unsupported) that tell which one; any other error is ours.
func (e Engine) Run(src *blob.Blob, p plan.Plan, more ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	var times stage.Times
	j := &job{plan: p, src: src, fonts: cmp.Or(e.Fonts, builtin)}
	defer j.release()
	if err := e.prepare(j, more, &times); err != nil {
		return nil, times, err
	}
	for range max(1, p.Frames) {
		if err := e.do(j, 0, steps, &times); err != nil {
			return nil, times, err
		}
	}
	if err := e.do(j, 0, end, &times); err != nil {
		return nil, times, err
	}
	return &blob.Blob{Data: j.result, Format: p.Format}, times, nil
}

// do runs steps on a part of a job.
func (e Engine) do(j *job, part int, list []step, times *stage.Times) error {
	for _, s := range list {
		if e.Enter != nil {
			e.Enter(part, s.stage)
		}
		start := time.Now()
		err := s.run(j)
		times.Since(s.stage, start)
		if err != nil {
			return explain(err)
		}
	}
	return nil
}
