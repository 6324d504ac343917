package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/addressing"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// Addressing is which URLs are taken.
type Addressing struct {
	Widths, Qualities []int // that may be asked for where nobody has signed them, sorted
	FreeMax           int   // pictures that one signature may stand for
	Ignored           []addressing.Pattern
	PresetList        addressing.Presets // of the text and of the file
	PresetsFile       string
	OnlyPresets       bool // nothing else shapes a picture
	Unsigned          bool // URLs without a signature are taken, within the lists
	UnsignedQuery     bool // also for sources with a query
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
		{
			Name: "IMAGEKIT_PRESETS", To: presets{&s.PresetList}, DefaultDoc: "none", Example: "card=w=320&h=200&fit=cover;tiny=w=64",
			Doc: "Presets, `NAME=PARAMETERS` each, with `;` between them: `p=card` in a URL stands for the parameters of `card`. What the URL " +
				"says besides takes precedence. Only the name is signed, so if you change a preset, URLs that are in use show other pictures.",
		},
		{
			Name: "IMAGEKIT_PRESETS_FILE", To: &s.PresetsFile, DefaultDoc: "none", Example: "/etc/imagekit/presets",
			Doc: "File with presets, instead of `IMAGEKIT_PRESETS`: one a line, `#` begins a comment. Read at start.",
		},
		{
			Name: "IMAGEKIT_ONLY_PRESETS", To: (*toggle)(&s.OnlyPresets), Default: "0", Example: "1",
			Doc: "Takes nothing but presets: `url`, `p`, `v`, `t` and `sig` are all that a URL may have.",
		},
		{
			Name: "IMAGEKIT_SPELLING", To: word{&s.Spelling, []string{"accept", "redirect", "refuse"}}, Default: "accept", Example: "redirect",
			Doc: "What happens to a signed URL that is spelled differently from what `/sign` and `imagekit sign` write. A " +
				"CDN takes each spelling for another picture, so one signature could be used to get past its cache again " +
				"and again. Behind a CDN choose `redirect` (308 to the right spelling) or `refuse` (400). The CDN must not " +
				"sort or re-encode queries then.",
		},
		{
			Name: "IMAGEKIT_UNSIGNED", To: (*toggle)(&s.Unsigned), Default: "0", Example: "1",
			Doc: "Takes URLs without `sig`, of sources from `IMAGEKIT_ALLOWED_HOSTS`, which has to be set: with `url`, `p`, and `w`, `q`, `f`, `dpr` " +
				"of the values in `IMAGEKIT_WIDTHS`, `IMAGEKIT_QUALITIES`, `IMAGEKIT_ALLOWED_FORMATS`. An expired link works " +
				"again if `t` and `sig` are taken off it.",
		},
		{
			Name: "IMAGEKIT_UNSIGNED_QUERY", To: (*toggle)(&s.UnsignedQuery), Default: "0", Example: "1",
			Doc: "Takes URLs without `sig` also for sources with a query (`?x=1`), each of which is another picture.",
		},
	}
}

// presets are read one by one, so that an error names the one that is wrong.
type presets struct{ to *addressing.Presets }

// String returns names alone: nobody sets what is shown.
func (p presets) String() string { return strings.Join(p.to.Names(), ",") }

func (p presets) Set(text string) error {
	var list addressing.Presets
	for piece := range strings.SplitSeq(text, ";") {
		piece = strings.TrimSpace(piece)
		if piece == "" {
			continue
		}
		if err := list.Add(piece); err != nil {
			return &opt.Error{Value: piece, Want: p.Want() + " (" + err.Error() + ")"}
		}
	}
	*p.to = list
	return nil
}

func (presets) Want() string { return "presets as NAME=PARAMETERS with ; between them" }

// Addresses reads the file of the presets, and refuses what does not go together. It is for what takes URLs.
func (s *Settings) Addresses() error {
	err := s.ReadPresets()
	if s.OnlyPresets && len(s.PresetList) == 0 && err == nil {
		err = fmt.Errorf("%s is set, but there are no presets: want some in IMAGEKIT_PRESETS or IMAGEKIT_PRESETS_FILE", s.name("IMAGEKIT_ONLY_PRESETS"))
	}
	if s.Unsigned && len(s.AllowedHosts) == 0 {
		err = errors.Join(err, fmt.Errorf("%s is set, so that anybody can ask for sources: want IMAGEKIT_ALLOWED_HOSTS to say whose", s.name("IMAGEKIT_UNSIGNED")))
	}
	return err
}

// ReadPresets adds the presets of the file.
func (s *Settings) ReadPresets() error {
	if s.PresetsFile == "" {
		return nil
	}
	name := s.name("IMAGEKIT_PRESETS_FILE")
	if s.given("IMAGEKIT_PRESETS") {
		return fmt.Errorf("%s and %s are both set, want one of them", s.name("IMAGEKIT_PRESETS"), name)
	}
	content, err := readSecret(s.PresetsFile)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var wrong []error
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := s.PresetList.Add(line); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s:%d: %w", name, s.PresetsFile, n, err))
		}
	}
	return errors.Join(wrong...)
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
