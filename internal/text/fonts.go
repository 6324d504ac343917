// Package text draws text: it shapes, wraps and rasterises. Pure Go; fonts are the operator's and trusted, texts are not.
package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Default is the font of texts that name none. It is built in.
const Default = "go"

// File is a font at hand: a name and the bytes of a TrueType or OpenType file, or of a collection, whose first font counts.
type File struct {
	Name string
	Data []byte
}

// builtin are the fonts that are always there.
func builtin() []File { return []File{{Default, goregular.TTF}, {"go-bold", gobold.TTF}} }

// Fonts are all that texts may use. What the named font lacks is taken from the others. Safe for concurrent use.
type Fonts struct {
	names []string // sorted
	all   []*loaded
	// Digest tells these fonts from others: results with text depend on it. "" = the built-in ones alone.
	Digest string
	mu     sync.Mutex // of drawing: faces keep what they have looked up
}

// loaded is a font that is read when it is first needed.
type loaded struct {
	File
	once   sync.Once
	face   *font.Face // nil if the file is broken
	aspect font.Aspect
}

// New returns the built-in fonts and files, which come in the order of their names. A file may take the name of a built-in
// font.
func New(files ...File) *Fonts {
	f := &Fonts{}
	own := slices.Clone(files)
	slices.SortFunc(own, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for _, b := range builtin() {
		if !slices.ContainsFunc(own, func(o File) bool { return o.Name == b.Name }) {
			f.all = append(f.all, &loaded{File: b})
		}
	}
	sum := sha256.New()
	for _, o := range own {
		f.all = append(f.all, &loaded{File: o})
		fmt.Fprintf(sum, "%d %d %s\n", len(o.Name), len(o.Data), o.Name)
		sum.Write(o.Data)
	}
	if len(own) > 0 {
		f.Digest = hex.EncodeToString(sum.Sum(nil)[:16])
	}
	for _, l := range f.all {
		f.names = append(f.names, l.Name)
	}
	slices.Sort(f.names)
	return f
}

// Names lists the fonts that a text may name, sorted.
func (f *Fonts) Names() []string { return f.names }

// Has reports whether a text may name a font. "" is the default one.
func (f *Fonts) Has(name string) bool {
	return name == "" || slices.Contains(f.names, name)
}

// Check reads a font file as drawing will, and tells what is wrong with it.
func Check(data []byte) error {
	_, err := parse(data)
	return err
}

// parse reads the first font of a file. Whatever a broken one does to the parser is an error.
func parse(data []byte) (face *font.Face, err error) {
	defer func() {
		if p := recover(); p != nil {
			face, err = nil, fmt.Errorf("the font is broken: %v", p)
		}
	}()
	fonts, err := opentype.NewLoaders(bytes.NewReader(data))
	if err != nil || len(fonts) == 0 {
		return nil, fmt.Errorf("want a TrueType or OpenType font: %w", err)
	}
	made, err := font.NewFont(fonts[0])
	if err != nil {
		return nil, fmt.Errorf("the font is broken: %w", err)
	}
	return font.NewFace(made), nil
}

// read returns the face of a font, nil if there is none.
func (l *loaded) read() *font.Face {
	l.once.Do(func() {
		if l.face, _ = parse(l.Data); l.face != nil {
			l.aspect = l.face.Describe().Aspect
		}
	})
	return l.face
}

// choice is the order in which fonts are asked for a character: the named one, the built-in ones, and then the others, first
// those that look most like the named one. It implements shaping.Fontmap.
type choice struct {
	first  *font.Face
	rest   []*loaded
	sorted bool
	aspect font.Aspect
}

// choose returns the choice for a text of the named font.
func (f *Fonts) choose(name string) *choice {
	if name == "" {
		name = Default
	}
	c := &choice{}
	for _, l := range f.all {
		if l.Name == name {
			c.first, c.aspect = l.read(), l.aspect
		} else {
			c.rest = append(c.rest, l)
		}
	}
	if c.first == nil { // a broken file passed the check of the start: the bytes of the built-in font are right
		fallback := &loaded{File: builtin()[0]}
		c.first, c.aspect = fallback.read(), fallback.aspect
	}
	return c
}

// ResolveFace returns the first face that has a character, the named one if none has.
func (c *choice) ResolveFace(r rune) *font.Face {
	if _, ok := c.first.NominalGlyph(r); ok {
		return c.first
	}
	if !c.sorted {
		c.sort()
	}
	for _, l := range c.rest {
		if face := l.read(); face != nil {
			if _, ok := face.NominalGlyph(r); ok {
				return face
			}
		}
	}
	return c.first
}

// sort puts the fonts that look like the first one before the others.
func (c *choice) sort() {
	c.sorted = true
	far := func(l *loaded) int {
		if l.read() == nil {
			return 1 << 20
		}
		d := int(l.aspect.Weight - c.aspect.Weight)
		d = max(d, -d)
		if l.aspect.Style != c.aspect.Style {
			d += 1000
		}
		if l.aspect.Stretch != c.aspect.Stretch {
			d += 2000
		}
		return d
	}
	slices.SortStableFunc(c.rest, func(a, b *loaded) int { return far(a) - far(b) })
}
