package engine

import (
	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// full is with how many of the bytes there are the search for a quality ends: what is left is less than a number of quality.
const full = 0.95

// fit lowers the quality of a result that has more bytes than the plan allows. Of formats without one, which a client was
// given and did not ask for, the result fits or does not.
func (j *job) fit() error {
	most := j.plan.MaxBytes
	if most == 0 || len(j.result) <= most {
		return nil
	}
	fewest := len(j.result)
	if j.plan.Format != format.PNG && j.plan.Format != format.GIF {
		b := bracket{most: most, enough: int(full * float64(most))}
		b.record(j.plan.Encoder.Quality, fewest)
		var err error
		var found []byte
		if found, fewest, err = j.search(&b); err != nil || found != nil {
			j.result = found
			return err
		}
	}
	f := fault.New(fault.TooFewBytes, "maxb: want at most %d bytes, got %d of %s at the lowest quality", most, fewest, j.plan.Format)
	f.Param = "maxb"
	return f
}
