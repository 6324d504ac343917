package effect

import "imagekit/internal/opt"

const group = "Effects"

// The effects.
const (
	Brightness Kind = iota
	Contrast
	Saturation
	Hue
	Gamma
	Gray
	Sepia
	Tint
	Duotone
	Invert
	Blur
	Sharpen
	Pixelate
	count
)

// Count is the number of effects.
const Count = int(count)

// Table has one row for each effect, by its Kind. A new effect is a Kind, a row here, its file in package op and its
// line in op/effects.go.
var Table = [Count]Row{
	Brightness: {
		Option: opt.Option{
			Name: "brightness", Title: "Brightness", Min: 0.1, Max: 10, Default: "1", Group: group, Example: "w=240&brightness=1.3",
			Doc: "Multiplies each colour: 0.5 is half as bright, 2 twice as bright.",
		},
		Neutral: 1, RGB: true,
	},
	Contrast: {
		Option: opt.Option{
			Name: "contrast", Title: "Contrast", Min: 0.1, Max: 10, Default: "1", Group: group, Example: "w=240&contrast=1.4",
			Doc: "Moves each colour away from the middle grey (above 1) or towards it (below 1).",
		},
		Neutral: 1, RGB: true,
	},
	Saturation: {
		Option: opt.Option{
			Name: "saturation", Title: "Saturation", Min: 0.1, Max: 10, Default: "1", Group: group, Example: "w=240&saturation=1.8",
			Doc: "Makes colours stronger (above 1) or paler (below 1). Greys stay as they are.",
		},
		Neutral: 1, RGB: true,
	},
	Hue: {
		Option: opt.Option{
			Name: "hue", Title: "Hue", Max: 359, Default: "0", Group: group, Example: "w=240&hue=90",
			Doc: "Turns every colour around the colour wheel by this many degrees. Greys stay as they are.",
		},
		RGB: true,
	},
	Gamma: {
		Option: opt.Option{
			Name: "gamma", Title: "Gamma", Min: 0.1, Max: 10, Default: "1", Group: group, Example: "w=240&gamma=1.6",
			Doc: "Lightens (above 1) or darkens (below 1) the middle tones. Black and white stay as they are.",
		},
		Neutral: 1, RGB: true,
	},
	Gray: {
		Option: opt.Option{
			Name: "gray", Title: "Grey", Group: group, DefaultDoc: "in colour", Example: "w=240&gray=1",
			Doc: "Makes the picture grey.",
		},
		Takes: Flag, Grays: true,
	},
	Sepia: {
		Option: opt.Option{
			Name: "sepia", Title: "Sepia", Group: group, DefaultDoc: "in colour", Example: "w=240&sepia=1",
			Doc: "Gives the picture the brown tones of an old photograph.",
		},
		Takes: Flag, RGB: true, Colors: true,
	},
	Tint: {
		Option: opt.Option{
			Name: "tint", Title: "Tint", Group: group, DefaultDoc: "no tint", Example: "w=240&tint=3366cc",
			Doc: "Draws the whole picture in the tones of one colour. Light parts stay light, dark parts dark.",
		},
		Takes: Color, RGB: true, Colors: true,
	},
	Duotone: {
		Option: opt.Option{
			Name: "duotone", Title: "Duotone", Group: group, DefaultDoc: "in colour", Example: "w=240&duotone=1b2a6b,ffd9a0",
			Doc: "Draws the picture in two colours, `DARK,LIGHT`: black becomes the first, white the second.",
		},
		Takes: TwoColors, RGB: true, Colors: true,
	},
	Invert: {
		Option: opt.Option{
			Name: "invert", Title: "Invert", Group: group, DefaultDoc: "as it is", Example: "w=240&invert=1",
			Doc: "Makes a negative: black becomes white, red becomes cyan.",
		},
		Takes: Flag, RGB: true,
	},
	Blur: {
		Option: opt.Option{
			Name: "blur", Title: "Blur", Min: 0.3, Max: 250, Group: group, DefaultDoc: "sharp", Example: "w=240&blur=6",
			Doc: "Gaussian blur. The value is its sigma in pixels of the result, multiplied by `dpr`.",
		},
		Pixels: true, Memory: 2,
	},
	Sharpen: {
		Option: opt.Option{
			Name: "sharpen", Title: "Sharpen", Max: 10, Default: "0", Group: group, Example: "w=240&sharpen=1",
			Doc: "Sharpens light and dark (unsharp mask), not colours. The value is the mask's sigma in pixels of the " +
				"result; 1 is a good start.",
		},
		Memory: 4,
	},
	Pixelate: {
		Option: opt.Option{
			Name: "pixelate", Title: "Pixelate", Min: 2, Max: 256, Group: group, DefaultDoc: "as it is", Example: "w=240&pixelate=12",
			Doc: "Divides the picture into squares of one colour each. The value is the side of a square in pixels, " +
				"multiplied by `dpr`.",
		},
		Pixels: true,
	},
}
