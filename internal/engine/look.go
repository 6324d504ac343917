package engine

import (
	"imagekit/internal/look"
	"imagekit/internal/plan"
)

// lookAt looks at the working form, if the plan wants to know, and keeps what a lossless picture is made of. The working
// form, until here R, G and B, then becomes what the lossy encoder wants.
func lookAt(j *job) error {
	if j.plan.Look != plan.LookWorking {
		return nil
	}
	j.see()
	if j.plan.Lossless != plan.Lossy {
		if err := j.keepExact(); err != nil {
			return err
		}
	}
	return convert(j, models[j.plan.Model])
}

// lookAgain looks at the encoder's planes, if the plan wants to know.
func lookAgain(j *job) error {
	if j.plan.Look == plan.LookFinished {
		j.see()
	}
	return nil
}

// see looks at the frame and resolves the plan.
func (j *job) see() {
	d := look.DetailOf(j.frame)
	seen := plan.Seen{Drawing: d.IsDrawing(), Sharp: d.IsSharp(), Bytes: len(j.src.Data)}
	if j.plan.SameSize() && j.plan.Look == plan.LookWorking {
		seen.FewColors = look.FewColors(j.frame)
	}
	j.plan = j.plan.Resolve(seen)
}
