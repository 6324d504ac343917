package settings

import (
	"slices"
	"strconv"

	"imagekit/internal/addressing"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// Addressing is which URLs are taken.
type Addressing struct {
	Widths, Qualities []int // that may be asked for where nobody has signed them, sorted
	FreeMax           int   // pictures that one signature may stand for
	Ignored           []addressing.Pattern
}

func (s *Settings) addressOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_WIDTHS", To: steps{&s.Widths, param.MaxSide}, Example: "320,640,1280",
			Default: "32,48,64,96,128,160,256,320,384,480,640,750,828,960,1080,1200,1280,1536,1920,2048,2560,3840",
			Doc:     "Widths that may be asked for where `w` is not signed (`free=w`).",
		},
		{
			Name: "IMAGEKIT_QUALITIES", To: steps{&s.Qualities, 100}, Default: "30,45,60,75,80,90", Example: "50,80",
			Doc: "Qualities that may be asked for where `q` is not signed (`free=q`).",
		},
		{
			Name: "IMAGEKIT_FREE_MAX", To: &s.FreeMax, Min: 1, Max: 1_000_000, Default: "1000", Example: "100",
			Doc: "Largest number of pictures that one signature with `free` may allow. `imagekit sign --explain` shows the " +
				"number.",
		},
		{
			Name: "IMAGEKIT_IGNORE", To: patterns(&s.Ignored), DefaultDoc: "none", Example: "utm_*,fbclid,gclid",
			Doc: "Names that mailers and crawlers add to URLs. In a URL that is asked for they are dropped before the signature is " +
				"looked at; without this they are 400. `*` stands for any end.",
		},
	}
}

func patterns(to *[]addressing.Pattern) list[addressing.Pattern] {
	return list[addressing.Pattern]{
		to, addressing.ParsePattern, func(p addressing.Pattern) string { return string(p) },
		"names such as fbclid or utm_*, none that holds for a parameter of ImageKit",
	}
}

// steps are whole numbers 1…most, in order and each once.
type steps struct {
	to   *[]int
	most int
}

func (s steps) list(to *[]int) list[int] {
	return list[int]{to, func(text string) (int, bool) {
		n, ok := opt.Whole(text)
		return n, ok && n >= 1 && n <= s.most
	}, strconv.Itoa, "whole numbers 1…" + strconv.Itoa(s.most)}
}

func (s steps) String() string { return s.list(s.to).String() }

func (s steps) Set(text string) error {
	var numbers []int
	if err := s.list(&numbers).Set(text); err != nil {
		return err
	}
	slices.Sort(numbers)
	*s.to = slices.Compact(numbers)
	return nil
}

func (s steps) Want() string { return s.list(nil).Want() }
