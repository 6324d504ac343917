package addressing

import (
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// ladder holds, for each parameter that may be free, the values it may have where nobody has signed them: each in one
// spelling, so that their number is that of the URLs.
type ladder map[string]rung

type rung struct {
	values  []string
	setting string // that lists them; "" = none does
	absent  bool   // leaving the parameter out makes a picture that no value makes
}

func newLadder(c Config) ladder {
	formats := []string{"auto"}
	for _, f := range c.Formats {
		formats = append(formats, f.String())
	}
	return ladder{
		"dpr": {values: []string{"1", "1.5", "2", "2.5", "3", "3.5", "4"}},
		"f":   {values: formats, setting: "IMAGEKIT_ALLOWED_FORMATS"},
		"q":   {numbers(c.Qualities), "IMAGEKIT_QUALITIES", !slices.Contains(c.Qualities, param.DefaultQuality)},
		"w":   {values: numbers(c.Widths), setting: "IMAGEKIT_WIDTHS"},
	}
}

func numbers(list []int) []string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return texts
}

// Values lists what a parameter may be where nobody has signed it.
func (r *Rules) Values(name string) []string { return r.ladder[name].values }

// Pictures is how many pictures one signature stands for.
func (r *Rules) Pictures(free param.Free) int {
	n := 1
	for _, name := range free.Names() {
		rung := r.ladder[name]
		n *= len(rung.values)
		if rung.absent {
			n += n / len(rung.values)
		}
	}
	return n
}

// checkFree bounds what one signature allows. A w that is left out would be as wide as the source.
func (r *Rules) checkFree(q param.Query) error {
	free := q.Free()
	if free == 0 {
		return nil
	}
	if n := r.Pictures(free); n > r.FreeMax {
		return refuse("free", "free=%s allows %d pictures, want at most %d (IMAGEKIT_FREE_MAX): free fewer parameters, or "+
			"shorten IMAGEKIT_WIDTHS or IMAGEKIT_QUALITIES", free, n, r.FreeMax)
	}
	for _, name := range free.Names() {
		value := q.Get(name)
		if value == "" && name == "w" {
			return refuse(name, "w is missing, want one of %s: it is free, and without it the picture would be as wide as "+
				"the source", r.ladder[name])
		}
		if value != "" && !slices.Contains(r.ladder[name].values, value) {
			return refuse(name, "%s: got %s, want one of %s: it is free, so only these are allowed", name, opt.Quote(value),
				r.ladder[name])
		}
	}
	return nil
}

// String lists the values and tells where they come from.
func (r rung) String() string {
	text := strings.Join(r.values, ", ")
	if r.setting != "" {
		text += " (" + r.setting + ")"
	}
	return text
}

func refuse(name, format string, args ...any) error {
	err := fault.New(fault.BadParameter, format, args...)
	err.Param = name
	return err
}
