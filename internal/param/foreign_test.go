package param

import (
	"testing"

	"imagekit/internal/format"
)

// What only URLs of other servers can ask for has no word that a query could use.
func TestForeignHasNoWords(t *testing.T) {
	for _, query := range []string{
		"fit=crop", "fit=auto", "f=source", "f=legacy", "foreign=1", "crop=10,10",
		"crop=10,10,center", "g=left+10+0",
	} {
		q, err := Split("url=http://a/&" + query)
		if err == nil {
			_, err = q.Request()
		}
		if err == nil {
			t.Errorf("%s is taken", query)
		}
	}
}

// Each of these is another picture, and needs a key of its own.
func TestForeignIsInTheKey(t *testing.T) {
	pixels := func(n float64) Length { return Length{Value: n} }
	share := func(x float64) Length { return Length{Value: x, Fraction: true} }
	seen := map[string]Params{}
	for _, p := range []Params{
		{},
		{Fit: Cover},
		{Fit: CropTo},
		{Fit: AutoCrop},
		{Gravity: Gravity{Set: true, Right: pixels(1)}},
		{Gravity: Gravity{Set: true, Right: pixels(-1)}},
		{Gravity: Gravity{Set: true, Right: share(-1)}},
		{Gravity: Gravity{Set: true, Down: pixels(1)}},
		{Gravity: Gravity{Set: true, Right: share(1)}},
		{Gravity: Gravity{Set: true, X: 1, Right: pixels(1)}},
		{Crop: Crop{Set: true, Anchored: true, W: pixels(1), H: pixels(2)}},
		{Crop: Crop{Set: true, Anchored: true, W: share(1), H: pixels(2)}},
		{Crop: Crop{Set: true, Anchored: true, W: pixels(1), H: pixels(2), Anchor: Gravity{Set: true, X: 1, Y: 1}}},
		{Crop: Crop{Set: true, Anchored: true, W: pixels(1), H: pixels(2), Anchor: Gravity{Right: pixels(3)}}},
		{Crop: Crop{Set: true, W: pixels(1), H: pixels(2)}},
		{Foreign: Foreign{Extend: ExtendBox}},
		{Foreign: Foreign{Extend: ExtendAspect}},
		{Foreign: Foreign{Extend: ExtendBox, Anchor: Gravity{Set: true, X: 1}}},
		{Foreign: Foreign{BoxDPR: true}},
		{Foreign: Foreign{Qualities: [format.Legacy]uint8{format.WebP: 7}}},
		{Foreign: Foreign{Qualities: [format.Legacy]uint8{format.AVIF: 7}}},
	} {
		text := p.Normal()
		if twin, twice := seen[text]; twice {
			t.Errorf("%q is the text of %+v and of %+v", text, twin, p)
		}
		seen[text] = p
	}
}
