package probe

import (
	"encoding/binary"
	"fmt"

	"imagekit/internal/format"
)

// The flags of a VP8X chunk (RFC 9649 §2.7.1.1).
const (
	webpAnimation = 0x02
	webpEXIF      = 0x08
	webpAlpha     = 0x10
	webpICC       = 0x20
)

// webpReader walks the chunks of a WebP.
type webpReader struct {
	info     Info
	lim      Limits
	extended bool // begins with VP8X
	flags    byte // of VP8X: what they do not announce does not count
	animated bool
	picture  bool // the first picture was read
	alpha    bool // an ALPH chunk stands before the picture
	exif     bool
	profile  []byte
	chunks   int
	frames   int64
	repeats  int
	opened   bool // what lies below a picture was wiped before the next
	clear    bool // something of a picture may be seen through
}

// readWebP walks the chunks of the RIFF file. The pixels of an animation beyond the first picture are only counted.
func readWebP(b []byte, lim Limits) (Info, error) {
	w := webpReader{lim: lim, info: Info{Format: format.WebP, Orientation: 1, Frames: 1, Depth: 8, SubX: 1, SubY: 1}}
	end := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	if end > int64(len(b)) {
		return Info{}, damaged(format.WebP, fmt.Sprintf("it is cut short: %d of %d bytes", len(b), end))
	}
	if end < 12 {
		return Info{}, damaged(format.WebP, "its RIFF size is too small")
	}
	if err := webpChunks(b[12:end], w.chunk); err != nil {
		return Info{}, err
	}
	if !w.picture {
		return Info{}, damaged(format.WebP, "it has no picture")
	}
	if w.profile != nil {
		w.info.setProfile(w.profile)
	}
	w.info.Frames = int(max(1, w.frames))
	w.info.motion(Motion{Alpha: w.clear || w.info.Alpha, Repeats: w.repeats})
	return w.info, nil
}

// webpChunks calls take for each chunk (RFC 9649 §2.3): four characters, the size, the payload padded to even.
func webpChunks(b []byte, take func(kind string, b []byte) error) error {
	for len(b) >= 8 {
		kind, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		if size > int64(len(b)-8) {
			return damaged(format.WebP, fmt.Sprintf("it is cut short in a chunk %q", kind))
		}
		if err := take(kind, b[8:8+size]); err != nil {
			return err
		}
		b = b[min(int64(len(b)), 8+size+size&1):]
	}
	return nil
}

// chunk takes one chunk of the file.
func (w *webpReader) chunk(kind string, b []byte) error {
	if kind != "ANMF" {
		if w.chunks++; w.chunks > maxChunks {
			return refused(format.WebP, maxChunks, "chunks")
		}
	}
	switch kind {
	case "VP8X":
		if w.extended || w.picture {
			return nil
		}
		return w.extension(b)
	case "VP8 ", "VP8L", "ALPH":
		if w.animated || w.picture {
			return nil
		}
		return w.still(kind, b)
	case "ANIM":
		if len(b) >= 6 { // how often it is shown, 0 = without end (§2.7.1.1)
			w.repeats = int(binary.LittleEndian.Uint16(b[4:])) - 1
		}
	case "ANMF":
		if w.animated {
			return w.frame(b)
		}
	case "ICCP":
		if w.flags&webpICC != 0 && w.profile == nil {
			w.profile = b
		}
	case "EXIF":
		if w.flags&webpEXIF != 0 && !w.exif {
			w.exif, w.info.Orientation = true, orientation(b)
		}
	}
	return nil
}

// extension reads a VP8X chunk: flags and the size of the canvas.
func (w *webpReader) extension(b []byte) error {
	if len(b) < 10 {
		return damaged(format.WebP, "its VP8X chunk is cut short")
	}
	w.extended = true
	w.flags = b[0]
	w.animated = b[0]&webpAnimation != 0
	w.info.Alpha = b[0]&webpAlpha != 0
	return w.setSize(uint24(b[4:])+1, uint24(b[7:])+1)
}

func (w *webpReader) setSize(width, height int) error {
	w.info.Width, w.info.Height = width, height
	return checkSize(format.WebP, int64(width), int64(height), w.lim)
}

// still takes a chunk of a picture that is no animation; in an extended file it fills the canvas.
func (w *webpReader) still(kind string, b []byte) error {
	width, height, err := w.bitstream(kind, b)
	if err != nil || kind == "ALPH" {
		return err
	}
	if !w.extended {
		return w.setSize(width, height)
	}
	if width != w.info.Width || height != w.info.Height {
		return damaged(format.WebP, fmt.Sprintf("a picture of %d×%d on a canvas of %d×%d",
			width, height, w.info.Width, w.info.Height))
	}
	return nil
}

// frame counts a frame of an animation and reads the first one (RFC 9649 §2.7.1.1, ANMF): where it lies, and its
// picture. Where it leaves canvas free, that is transparent.
func (w *webpReader) frame(b []byte) error {
	const head = 16
	w.frames++
	if err := checkFrames(w.frames); err != nil {
		return err
	}
	if len(b) >= head {
		w.through(b[:head], b[head:])
	}
	if w.picture {
		return nil
	}
	if len(b) < head {
		return damaged(format.WebP, "its first frame is cut short")
	}
	x, y := 2*uint24(b), 2*uint24(b[3:])
	width, height := uint24(b[6:])+1, uint24(b[9:])+1
	if x+width > w.info.Width || y+height > w.info.Height {
		return damaged(format.WebP, "its first frame lies outside the canvas")
	}
	err := webpChunks(b[head:], func(kind string, b []byte) error {
		if w.chunks++; w.chunks > maxChunks {
			return refused(format.WebP, maxChunks, "chunks")
		}
		if w.picture || kind != "VP8 " && kind != "VP8L" && kind != "ALPH" {
			return nil
		}
		got, gotHeight, err := w.bitstream(kind, b)
		if err == nil && kind != "ALPH" && (got != width || gotHeight != height) {
			return damaged(format.WebP, "its first frame is not of the size it states")
		}
		return err
	})
	if err == nil && !w.picture {
		return damaged(format.WebP, "its first frame holds no picture")
	}
	if width != w.info.Width || height != w.info.Height {
		w.info.Alpha = true
	}
	return err
}

// through finds out whether the canvas can be seen through with a frame: where one before was wiped, or where this one
// replaces what is there and has alpha itself.
func (w *webpReader) through(head, chunks []byte) {
	const wipes, replaces = 1, 2
	flags := head[15]
	own := false
	_ = webpChunks(chunks, func(kind string, b []byte) error { // of the first frame it is called again, with more care
		own = own || kind == "ALPH" || kind == "VP8L" && len(b) > 4 && b[4]&0x10 != 0
		return nil
	})
	w.clear = w.clear || w.opened || own && flags&replaces != 0
	w.opened = flags&wipes != 0
}

// bitstream reads the header of a picture: lossy (RFC 6386 §9.1) or lossless (RFC 9649 §3.4). ALPH only announces
// that the lossy picture behind it has alpha. Of a still picture with VP8X its flag alone says whether there is any.
func (w *webpReader) bitstream(kind string, b []byte) (width, height int, err error) {
	if kind == "ALPH" {
		w.alpha = true
		return 0, 0, nil
	}
	w.picture = true
	if kind == "VP8L" {
		return w.lossless(b)
	}
	if len(b) < 10 {
		return 0, 0, damaged(format.WebP, "its picture is cut short")
	}
	tag := uint24(b)
	if keyFrame := tag&1 == 0; !keyFrame || string(b[3:6]) != "\x9d\x01\x2a" {
		return 0, 0, damaged(format.WebP, "its picture does not begin with a key frame")
	}
	partition := tag >> 5
	if partition > len(b)-10 {
		return 0, 0, damaged(format.WebP, "its picture is cut short")
	}
	w.info.Quality = qualityOfVP8(readVP8Quantizers(b[10 : 10+partition]))
	w.info.Model, w.info.SubX, w.info.SubY = YCbCr, 2, 2
	w.info.Alpha = w.info.Alpha || w.animated && w.alpha
	width, height = int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)
	return width, height, checkSize(format.WebP, int64(width), int64(height), w.lim)
}

func (w *webpReader) lossless(b []byte) (width, height int, err error) {
	if len(b) < 5 || b[0] != 0x2f {
		return 0, 0, damaged(format.WebP, "its lossless picture has no header")
	}
	bits := binary.LittleEndian.Uint32(b[1:])
	if version := bits >> 29; version != 0 {
		return 0, 0, unsupported(fmt.Sprintf("a lossless WebP of version %d", version))
	}
	alpha := bits>>28&1 != 0
	w.info.Model, w.info.Lossless = RGB, true
	w.info.Alpha = w.info.Alpha || alpha && (w.animated || !w.extended)
	return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, nil
}

// uint24 reads a little-endian number of three bytes.
func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
