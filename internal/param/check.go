package param

import (
	"math"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// check refuses what can be told wrong without knowing the source.
func (p Params) check() error {
	if err := p.checkAspect(); err != nil {
		return err
	}
	if err := p.checkAnim(); err != nil {
		return err
	}
	if err := p.checkBytes(); err != nil {
		return err
	}
	dpr := max(p.DPR, 1)
	w, h := float64(p.Width), float64(p.Height)
	for _, side := range []struct {
		name   string
		pixels float64
	}{{"w", w}, {"h", h}} {
		if side.pixels*dpr > MaxSide {
			return tooLarge(side.name, "%s: want %s·dpr of at most %d, got %g·%g", side.name, side.name, MaxSide,
				side.pixels, dpr)
		}
	}
	if a := p.Aspect; a != (Aspect{}) {
		other := math.Round(max(w*float64(a.H)/float64(a.W), h*float64(a.W)/float64(a.H)) * dpr)
		if other > MaxSide {
			return tooLarge("ar", "ar: want sides of at most %d, got %g for %s", MaxSide, other, a)
		}
	}
	return nil
}

func (p Params) checkAspect() error {
	switch {
	case p.Aspect == Aspect{}:
		return nil
	case p.Width > 0 && p.Height > 0:
		return refuse("ar", "ar: got it beside w and h, want one of them at most: both already say the aspect ratio")
	case p.Fit == Inside || p.Fit == Outside:
		return refuse("ar", "ar: got it with fit=%s, want fit=cover, pad or fill", p.Fit)
	}
	return nil
}

// checkBytes refuses a bound on bytes where no quality can be lowered.
func (p Params) checkBytes() error {
	switch {
	case p.MaxBytes == 0:
		return nil
	case p.Format == format.PNG || p.Format == format.GIF || p.Format == format.JSON:
		return refuse("maxb", "maxb: got it beside f=%s, want f=jpeg, webp or avif, which have a quality to lower", p.Format)
	case p.Anim == AnimOn:
		return refuse("maxb", "maxb: got it beside anim=1, want one of them: the quality of a moving picture is not lowered")
	}
	return nil
}

func tooLarge(name, format string, args ...any) error {
	err := fault.New(fault.OutputTooLarge, format, args...)
	err.Param = name
	return err
}
