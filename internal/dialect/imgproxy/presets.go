package imgproxy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"imagekit/internal/fault"
)

// defaultPreset is applied to every URL, before its options.
const defaultPreset = "default"

// readPresets reads presets as imgproxy does: NAME=OPTION:ARG/OPTION:ARG, separated by commas or a line each. Lines that
// begin with # are comments.
func readPresets(text string) (map[string][]option, error) {
	presets := map[string][]option{}
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		for piece := range strings.SplitSeq(line, ",") {
			piece = strings.TrimSpace(piece)
			if piece == "" {
				continue
			}
			if err := addPreset(presets, piece); err != nil {
				return nil, fmt.Errorf("line %d: %w", number+1, err)
			}
		}
	}
	return presets, checkPresets(presets)
}

func addPreset(presets map[string][]option, piece string) error {
	name, text, ok := strings.Cut(piece, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" || strings.ContainsAny(name, ":/") {
		return fmt.Errorf("want NAME=OPTION:ARGUMENT/…, got %q", piece)
	}
	if _, twice := presets[name]; twice {
		return fmt.Errorf("preset %s is given twice", name)
	}
	var list []option
	for segment := range strings.SplitSeq(strings.TrimSpace(text), "/") {
		o, args, found := strings.Cut(segment, separator)
		if !found || o == "" {
			return fmt.Errorf("preset %s: want OPTION:ARGUMENT, got %q", name, segment)
		}
		list = append(list, option{o, strings.Split(args, separator)})
	}
	presets[name] = list
	return nil
}

// checkPresets reads every preset as if a URL had asked for it.
func checkPresets(presets map[string][]option) error {
	r := &Reader{presets: presets}
	for _, name := range slices.Sorted(maps.Keys(presets)) {
		if err := r.preset(newWish(), name, map[string]bool{}); err != nil {
			return fmt.Errorf("preset %s: %s", name, fault.From(err).Detail)
		}
	}
	return nil
}
