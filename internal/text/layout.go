package text

import (
	"image"
	"math"
	"slices"
	"strings"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Spec says what is drawn.
type Spec struct {
	Text  string // lines end with "\n"
	Font  string // its name; "" = Default
	Size  int    // of the letters, in pixels per em
	Color [3]uint8
	Box   *[3]uint8 // colour of a box behind, nil = none
	// Most is what text and box may take: lines are wrapped at its width, and what lies beyond it is cut off.
	Most image.Point
	// X and Y say where the text stands in that space, and X where a line stands among longer ones: 0…1 from the left and top.
	X, Y float64
	// Tall is the height at which all of it is cut off, in pixels. 0 = that of Most.
	Tall int
}

// block is a text in lines, all sizes in pixels.
type block struct {
	lines         []line
	width, height float64
}

// line is one line of a block.
type line struct {
	runs          []shaping.Output // from left to right
	width         float64
	above, height float64 // from its top edge to the baseline, and to the next line
}

// lay shapes and wraps a text.
func (f *Fonts) lay(s Spec, width int) block {
	faces := f.choose(s.Font)
	l := layouter{faces: faces, size: fixed.I(s.Size), width: fixed.I(max(1, width))}
	// An empty line is as high as one with letters of the named font.
	l.strut = l.shaper.Shape(shaping.Input{Text: []rune{' '}, RunEnd: 1, Face: faces.first, Size: l.size}).LineBounds
	var b block
	for paragraph := range strings.SplitSeq(lineEnds.Replace(s.Text), "\n") {
		b.lines = append(b.lines, l.paragraph([]rune(paragraph))...)
	}
	for _, line := range b.lines {
		b.width, b.height = max(b.width, line.width), b.height+line.height
	}
	return b
}

// lineEnds makes all that ends a line or a paragraph (Unicode UAX #14, BK, CR, LF and NL; UAX #9, B) a line feed: the shaper wants
// paragraphs without them.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\x1c", "\n", "\x1d", "\n", "\x1e", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// layouter keeps what the paragraphs of a text have in common.
type layouter struct {
	faces     *choice
	size      fixed.Int26_6
	width     fixed.Int26_6
	strut     shaping.Bounds
	segmenter shaping.Segmenter
	shaper    shaping.HarfbuzzShaper
	wrapper   shaping.LineWrapper
}

// paragraph returns the lines of text without line ends.
func (l *layouter) paragraph(text []rune) []line {
	if len(text) == 0 {
		return []line{l.line(nil)}
	}
	direction := di.DirectionLTR
	if rightToLeft(text) {
		direction = di.DirectionRTL
	}
	var runs []shaping.Output
	for _, in := range l.segmenter.Split(shaping.Input{
		Text: text, RunEnd: len(text), Direction: direction, Size: l.size,
	}, l.faces) {
		runs = append(runs, l.shaper.Shape(in))
	}
	config := shaping.WrapConfig{Direction: direction, BreakPolicy: shaping.WhenNecessary}
	wrapped, _ := l.wrapper.WrapParagraphF(config, l.width, text, shaping.NewSliceIterator(runs))
	var lines []line
	for _, w := range wrapped {
		lines = append(lines, l.line(w))
	}
	return lines
}

// rightToLeft reports whether a paragraph is read from the right: by its first letter (Unicode UAX #9, P2 and P3).
func rightToLeft(text []rune) bool {
	var p bidi.Paragraph
	for _, r := range text {
		if runs := p.Segment([]rune{r, 'a'}, bidi.LeftToRight); runs.NumRuns() > 0 && !runs.Run(0).IsLeftToRight() {
			return true
		}
		if runs := p.Segment([]rune{r, 'א'}, bidi.RightToLeft); runs.NumRuns() > 0 && runs.Run(0).IsLeftToRight() {
			return false
		}
	}
	return false
}

// line measures a line.
func (l *layouter) line(runs []shaping.Output) line {
	runs = slices.Clone(runs) // the wrapper uses its memory again
	slices.SortFunc(runs, func(a, b shaping.Output) int { return int(a.VisualIndex - b.VisualIndex) })
	made := line{runs: runs}
	above, below, gap := l.strut.Ascent, -l.strut.Descent, l.strut.Gap
	for _, r := range runs {
		made.width += float(r.Advance)
		above, below, gap = max(above, r.LineBounds.Ascent), max(below, -r.LineBounds.Descent), max(gap, r.LineBounds.Gap)
	}
	made.above = math.Round(float(above))
	made.height = made.above + math.Round(float(below+gap))
	return made
}

func float(v fixed.Int26_6) float64 { return float64(v) / 64 }
