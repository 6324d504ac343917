// Package icc tells which colour profile an image carries, in pure Go (ICC.1:2022), so that the server
// can decide without calling C: the usual profiles need no pixel transform, only the right tag.
package icc

// Kind classifies a profile by what must happen to the pixels.
type Kind uint8

// The kinds.
const (
	None      Kind = iota // no profile: sRGB is assumed
	SRGB                  // sRGB in one of its usual profiles, or a grey profile with sRGB's curve: dropped
	DisplayP3             // carried along, no pixel transform
	AdobeRGB              // carried along, no pixel transform
	OtherRGB              // transformed to sRGB
	Gray                  // transformed to sRGB's curve
	CMYK                  // transformed to sRGB
	Invalid               // not a usable profile: ignored, sRGB is assumed
)

// String names the kind in logs and tests.
func (k Kind) String() string {
	return [...]string{"none", "sRGB", "Display P3", "Adobe RGB", "other RGB", "gray", "CMYK", "invalid"}[k]
}
