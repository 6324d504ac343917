package header

// PNM is a picture of the Netpbm family: PBM, PGM, PPM (P1 to P6) or PAM (P7).
type PNM struct {
	Width, Height int
	Channels      int  // 1 to 4
	Alpha         bool // the last channel is alpha
	Max           int  // the highest sample, 1…65535
	Text          bool // samples are numbers in ASCII
	Bitmap        bool // one bit each, 1 = black
	Pixels        []byte
}

// Depth is how many bits the samples are given.
func (p *PNM) Depth() int {
	if p.Max > 255 {
		return 16
	}
	return 8
}

// ReadPNM reads the header of the first picture. That binary samples are all there is checked, that numbers may be.
func ReadPNM(b []byte) (PNM, error) {
	var p PNM
	var err error
	kind := b[1]
	t := tokens{b[2:]}
	if kind == '7' {
		err = p.readPAM(&t)
	} else {
		err = p.readOld(&t, kind)
	}
	if err != nil {
		return PNM{}, err
	}
	if p.Max < 1 || p.Max > 65535 {
		return PNM{}, Damage("its largest sample makes no sense")
	}
	if int64(len(p.Pixels)) < p.least() {
		return PNM{}, Damage("it is cut short in its pixels")
	}
	return p, nil
}

// least is how many bytes all samples need at least.
func (p *PNM) least() int64 {
	n := int64(p.Width) * int64(p.Channels)
	height := int64(p.Height)
	switch {
	case p.Bitmap && p.Text:
		return n * height
	case p.Text:
		return 2*n*height - 1 // a digit and a space
	case p.Bitmap:
		return (n + 7) / 8 * height
	}
	return n * height * int64(p.Depth()/8)
}

// readOld reads P1 to P6: width, height and, but for bitmaps, the highest sample.
func (p *PNM) readOld(t *tokens, kind byte) error {
	width, height := t.number(), t.number()
	if err := sides(width, height); err != nil {
		return err
	}
	p.Width, p.Height, p.Channels, p.Max = int(width), int(height), 1, 1
	p.Text = kind <= '3'
	p.Bitmap = kind == '1' || kind == '4'
	if kind == '3' || kind == '6' {
		p.Channels = 3
	}
	if !p.Bitmap {
		p.Max = int(min(t.number(), 1<<20))
	}
	if len(t.rest) == 0 {
		return Damage("it is cut short in its header")
	}
	p.Pixels = t.rest[1:] // one white space ends the header
	return nil
}

// readPAM reads lines of a name and a value.
func (p *PNM) readPAM(t *tokens) error {
	var width, height, depth int64
	for range 64 {
		switch word := t.word(); word {
		case "WIDTH":
			width = t.number()
		case "HEIGHT":
			height = t.number()
		case "DEPTH":
			depth = t.number()
		case "MAXVAL":
			p.Max = int(min(t.number(), 1<<20))
		case "TUPLTYPE":
			t.word() // what the channels are follows from how many there are
		case "ENDHDR":
			if err := sides(width, height); err != nil {
				return err
			}
			if depth < 1 || depth > 4 {
				return Unsupported("a PAM of an unusual number of channels")
			}
			p.Width, p.Height, p.Channels = int(width), int(height), int(depth)
			p.Alpha = depth == 2 || depth == 4
			if len(t.rest) == 0 {
				return Damage("it is cut short in its header")
			}
			p.Pixels = t.rest[1:]
			return nil
		default:
			return Damage("its header makes no sense")
		}
	}
	return Damage("its header makes no sense")
}

// tokens reads words with white space and comments between them.
type tokens struct{ rest []byte }

// word returns the next word, "" where there is none. What ends it is left.
func (t *tokens) word() string {
	b := t.rest
	for len(b) > 0 && (Space(b[0]) || b[0] == '#') {
		if b[0] == '#' {
			for len(b) > 0 && b[0] != '\n' {
				b = b[1:]
			}
			continue
		}
		b = b[1:]
	}
	n := 0
	for n < len(b) && n < 20 && !Space(b[n]) && b[n] != '#' {
		n++
	}
	t.rest = b[n:]
	return string(b[:n])
}

// number returns the next word as a number, -1 where it is none.
func (t *tokens) number() int64 {
	word := t.word()
	if word == "" {
		return -1
	}
	n := int64(0)
	for _, c := range []byte(word) {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = 10*n + int64(c-'0')
	}
	return n
}

// Space reports whether a byte is white space between words.
func Space(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
