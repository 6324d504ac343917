package imgproxy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"imagekit/internal/dialect"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// arguments are those of one option. An absent or empty one keeps what was set.
type arguments struct {
	name string
	list []string
}

// get returns an argument, "" when it is absent.
func (a arguments) get(i int) string {
	if i < len(a.list) {
		return a.list[i]
	}
	return ""
}

func (a arguments) refuse(i int, want string) error {
	return dialect.Refuse(a.name, "want %s, got %s", want, opt.Quote(a.get(i)))
}

func (a arguments) whole(i int, to *int, most int) error {
	if a.get(i) == "" {
		return nil
	}
	n, ok := opt.Whole(a.get(i))
	if !ok || n > most {
		return a.refuse(i, "a whole number 0…"+strconv.Itoa(most))
	}
	*to = n
	return nil
}

func (a arguments) number(i int, to *float64, most float64) error {
	if a.get(i) == "" {
		return nil
	}
	x, ok := opt.Decimal(a.get(i))
	if !ok || x > most {
		return a.refuse(i, "a number 0…"+strconv.FormatFloat(most, 'f', -1, 64))
	}
	*to = x
	return nil
}

// truths are the words for true; all others mean false.
var truths = []string{"1", "t", "T", "TRUE", "true", "True"}

func (a arguments) flag(i int, to *bool) error {
	if a.get(i) != "" {
		*to = slices.Contains(truths, a.get(i))
	}
	return nil
}

func (a arguments) word(i int, to *string, words []string) error {
	if a.get(i) == "" {
		return nil
	}
	if !slices.Contains(words, a.get(i)) {
		return a.refuse(i, "one of "+strings.Join(words, ", "))
	}
	*to = a.get(i)
	return nil
}

func (w *wish) setResize(a arguments) error {
	if err := a.word(0, &w.resizing, resizings); err != nil {
		return err
	}
	return w.setSize(a, 1)
}

// setSize reads W:H:EL:EX and the gravity of EX.
func (w *wish) setSize(a arguments, from int) error {
	if err := a.whole(from, &w.width, maxAsked); err != nil {
		return err
	}
	if err := a.whole(from+1, &w.height, maxAsked); err != nil {
		return err
	}
	if err := a.flag(from+2, &w.enlarge); err != nil {
		return err
	}
	return w.setExtend(a, from+3, &w.extend)
}

func (w *wish) setExtend(a arguments, from int, to *extension) error {
	if err := a.flag(from, &to.on); err != nil {
		return err
	}
	if err := a.gravity(from+1, &to.gravity); err != nil {
		return err
	}
	if g := to.at; g.Right.Value != 0 || g.Down.Value != 0 {
		return dialect.Refuse(a.name, "the offsets of its gravity are not possible here, want 0")
	}
	return nil
}

func (w *wish) setZoom(a arguments) error {
	if err := a.number(0, &w.zoomX, 100); err != nil {
		return err
	}
	if a.get(0) != "" {
		w.zoomY = w.zoomX
	}
	if err := a.number(1, &w.zoomY, 100); err != nil {
		return err
	}
	if w.zoomX == 0 || w.zoomY == 0 {
		return dialect.Refuse(a.name, "want numbers above 0")
	}
	return nil
}

func (w *wish) setDPR(a arguments) error {
	if err := a.number(0, &w.dpr, 4); err != nil {
		return err
	}
	if w.dpr == 0 {
		return a.refuse(0, "a number above 0, at most 4")
	}
	return nil
}

func (w *wish) setCrop(a arguments) error {
	c := crop{}
	for i, side := range []*float64{&c.w, &c.h} {
		if err := a.number(i, side, 99_999); err != nil {
			return err
		}
	}
	if err := a.gravity(2, &c.gravity); err != nil {
		return err
	}
	w.crop = &c
	return nil
}

func (w *wish) setRotate(a arguments) error {
	text := a.get(0)
	n, ok := opt.Whole(strings.TrimPrefix(text, "-"))
	if !ok || n%90 != 0 {
		return a.refuse(0, "a multiple of 90")
	}
	if w.rotate = n % 360; strings.HasPrefix(text, "-") {
		w.rotate = (360 - w.rotate) % 360
	}
	return nil
}

func (w *wish) setFlip(a arguments) error {
	for i, bit := range []param.Flip{param.FlipHorizontal, param.FlipVertical} {
		on := w.flip&bit != 0
		if err := a.flag(i, &on); err != nil {
			return err
		}
		if w.flip &^= bit; on {
			w.flip |= bit
		}
	}
	return nil
}

func (w *wish) setPadding(a arguments) error {
	s := &w.padding
	read := func(i int, others ...*int) error {
		if a.get(i) == "" {
			return nil
		}
		n := 0
		err := a.whole(i, &n, param.MaxSide)
		for _, side := range others {
			*side = n
		}
		return err
	}
	if err := read(0, &s.Top, &s.Right, &s.Bottom, &s.Left); err != nil {
		return err
	}
	if err := read(1, &s.Right, &s.Left); err != nil {
		return err
	}
	if err := read(2, &s.Bottom); err != nil {
		return err
	}
	return read(3, &s.Left)
}

// setBackground reads HEX, R:G:B, or nothing for none.
func (w *wish) setBackground(a arguments) error {
	if len(a.list) == 3 {
		var rgb [3]int
		for i := range rgb {
			if err := a.whole(i, &rgb[i], 255); err != nil {
				return err
			}
		}
		w.background = param.Color{Set: true, R: uint8(rgb[0]), G: uint8(rgb[1]), B: uint8(rgb[2])}
		return nil
	}
	color, err := hex.DecodeString(doubled(a.get(0)))
	switch {
	case a.get(0) == "":
		w.background = param.Color{}
	case err != nil || len(color) != 3 || len(a.list) != 1:
		return a.refuse(0, "HEX, R:G:B or nothing")
	default:
		w.background = param.Color{Set: true, R: color[0], G: color[1], B: color[2]}
	}
	return nil
}

// doubled writes rgb as rrggbb.
func doubled(s string) string {
	if len(s) == 3 {
		return string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	return s
}

func (w *wish) setQualities(a arguments) error {
	if len(a.list)%2 != 0 {
		return dialect.Refuse(a.name, "want pairs FORMAT:QUALITY, got %d arguments", len(a.list))
	}
	list := map[format.Format]int{}
	for i := 0; i < len(a.list); i += 2 {
		f, err := a.format(i)
		if err != nil {
			return err
		}
		q := 0
		if err := a.whole(i+1, &q, 100); err != nil {
			return err
		}
		list[f] = q
	}
	w.qualities = list
	return nil
}

func (w *wish) setFormat(a arguments) error {
	if a.get(0) == "" {
		return nil
	}
	f, err := a.format(0)
	if err == nil {
		w.format = f
	}
	return err
}

func (a arguments) format(i int) (format.Format, error) {
	if a.get(i) == "best" {
		return 0, dialect.Refuse(a.name, "best is of imgproxy Pro, which is not possible here")
	}
	f, err := format.Parse(a.get(i))
	if err != nil {
		return 0, dialect.Refuse(a.name, "%v", err)
	}
	return f, nil
}

// maxVersion is the longest text that param.Request takes for a version as it is.
const maxVersion = 64

func (w *wish) setVersion(a arguments) error {
	text := a.get(0)
	plain := utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
	if len(text) > maxVersion || !plain {
		sum := sha256.Sum256([]byte(text))
		text = hex.EncodeToString(sum[:])[:32]
	}
	w.version = text
	return nil
}

func (w *wish) setExpires(a arguments) error {
	n, ok := opt.Whole(a.get(0))
	if !ok {
		return a.refuse(0, "unix seconds")
	}
	w.expires = int64(n)
	return nil
}
