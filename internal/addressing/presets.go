package addressing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// Presets are parameters by the name that p has in a URL.
type Presets map[string]param.Query

// maxPresetName bounds a name in bytes.
const maxPresetName = 64

// notInPresets are the parameters that belong to one URL.
var notInPresets = []string{"free", "p", "sig", "t", "url", "v"}

// Add reads a preset, "card=w=320&h=200": its name, and parameters as they stand in a URL. What /img would refuse is
// refused, as is a name that is there already. The error says what was wrong, and not where.
func (p *Presets) Add(text string) error {
	name, query, found := strings.Cut(text, "=")
	if !found || !validName(name) {
		return fmt.Errorf("want NAME=PARAMETERS such as card=w=320&h=200, the name of letters, digits, - and _, got %s",
			opt.Quote(text))
	}
	if _, twice := (*p)[name]; twice {
		return fmt.Errorf("the preset %s is there twice", name)
	}
	q, err := readPreset(query)
	if err != nil {
		return fmt.Errorf("the preset %s: %w", name, err)
	}
	if *p == nil {
		*p = Presets{}
	}
	(*p)[name] = q
	return nil
}

func validName(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	return name != "" && len(name) <= maxPresetName && strings.Trim(name, allowed) == ""
}

// readPreset reads parameters as if they stood in a URL with a source.
func readPreset(text string) (param.Query, error) {
	q, err := param.Split(text)
	if err == nil {
		for _, name := range notInPresets {
			if q.Get(name) != "" || name == "sig" && q.Sig() != "" {
				return q, fmt.Errorf("%s cannot stand in a preset", name)
			}
		}
		if len(q.Names()) == 0 {
			return q, errors.New("want parameters, got none")
		}
		var whole param.Query
		if whole, err = param.NewQuery(param.Pair{Name: "url", Value: "https://example.com/"}); err == nil {
			_, err = whole.With(q).Request()
		}
	}
	if err != nil {
		return q, errors.New(fault.From(err).Detail)
	}
	return q, nil
}

// Names lists the presets.
func (p Presets) Names() []string { return slices.Sorted(maps.Keys(p)) }

// besidePresets is all that a URL may say beside its signature where only presets are allowed.
var besidePresets = []string{"p", "t", "url", "v"}

// expand replaces p by the parameters that it names.
func (r *Rules) expand(q param.Query) (param.Query, error) {
	if r.OnlyPresets {
		for _, name := range q.Names() {
			if !slices.Contains(besidePresets, name) {
				return q, refuse(name, "%s cannot be set here, want a preset: p of %s (IMAGEKIT_ONLY_PRESETS)", name,
					strings.Join(r.Presets.Names(), ", "))
			}
		}
	}
	name := q.Get("p")
	if name == "" {
		return q, nil
	}
	preset, ok := r.Presets[name]
	switch {
	case len(r.Presets) == 0:
		return q, refuse("p", "p: got %s, but there are no presets here (IMAGEKIT_PRESETS)", opt.Quote(name))
	case !ok:
		return q, refuse("p", "p: got %s, want one of %s (IMAGEKIT_PRESETS)", opt.Quote(name),
			strings.Join(r.Presets.Names(), ", "))
	}
	return q.With(preset), nil
}
