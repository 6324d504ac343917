package main

import (
	"imagekit/internal/addressing"
	"imagekit/internal/param"
	"imagekit/internal/settings"
)

// rules are which URLs these settings take.
func rules(s *settings.Settings) *addressing.Rules {
	return addressing.New(addressing.Config{
		Widths: s.Widths, Qualities: s.Qualities, FreeMax: s.FreeMax, Formats: s.AllowedFormats,
		Ignored: s.Ignored, Presets: s.PresetList, OnlyPresets: s.OnlyPresets,
		Unsigned: s.Unsigned, UnsignedQuery: s.UnsignedQuery, Base: s.BaseURL,
	})
}

// freeWidths are the widths that one signature may hold for in every format, none where that would be too many pictures.
func freeWidths(s *settings.Settings) []int {
	var all param.Free
	if err := all.Set("f,w"); err != nil || s.OnlyPresets || rules(s).Pictures(all) > s.FreeMax {
		return nil
	}
	return s.Widths
}
