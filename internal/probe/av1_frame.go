package probe

// frameSyntax is what a sequence header says about how the frame headers behind it are written (AV1 specification §5.9.2).
type frameSyntax struct {
	reduced               bool // a still picture whose header leaves out what only moving ones need
	decoderModel          bool
	widthBits, heightBits int
	idBits, hintBits      int    // of a frame's number and of its place in the order, 0 = not written
	superblock            int    // pixels of its side
	screenContent         uint32 // 0, 1 or choose
	integerMV             uint32 // 0, 1 or choose
	superres              bool
}

// choose: the frame header says it.
const choose = 2

// findQuantizer returns the base_q_idx of the first frame in b, 1…255 from fine to coarse; 0 where the picture is
// lossless, or its header is none that encoders write for still pictures.
func findQuantizer(b []byte) (quantizer int) {
	var h sequenceHeader
	var f frameSyntax
	seen := false
	eachUnit(b, func(kind byte, data []byte) (more bool) {
		switch kind {
		case unitSequenceHeader:
			h, f, seen = parseSequenceHeader(data)
			return seen
		case unitFrameHeader, unitFrame:
			if seen {
				quantizer = f.quantizer(&bits{b: data}, h.width, h.height)
			}
			return false
		}
		return true
	})
	return quantizer
}

// shownKeyFrame is the beginning of a frame header: no frame that is there already, of type 0, shown.
const shownKeyFrame = 0b0001

// quantizer reads the header of a frame up to base_q_idx (§5.9.2).
func (f frameSyntax) quantizer(r *bits, width, height int64) int {
	if f.decoderModel || !f.reduced && r.read(4) != shownKeyFrame {
		return 0
	}
	fixed := r.flag() // the probabilities
	screenContent := f.screenContent
	if screenContent == choose {
		screenContent = r.read(1)
	}
	if screenContent > 0 && f.integerMV == choose {
		r.skip(1)
	}
	r.skip(f.idBits)
	resized := !f.reduced && r.flag()
	r.skip(f.hintBits)
	if resized {
		width, height = int64(r.read(f.widthBits))+1, int64(r.read(f.heightBits))+1
	}
	if scaled := f.superres && r.flag(); scaled {
		return 0
	}
	if rendered := r.flag(); rendered {
		r.skip(16 + 16)
	}
	if screenContent > 0 {
		r.skip(1) // intra block copy
	}
	if !f.reduced && !fixed {
		r.skip(1) // probabilities kept at the end of the frame
	}
	if uniform := f.tiles(r, int(width), int(height)); !uniform {
		return 0
	}
	quantizer := int(r.read(8))
	if r.short {
		return 0
	}
	return quantizer
}

// The bounds of tiles (§3).
const (
	maxTileWidth = 4096
	maxTileArea  = 4096 * 2304
	maxTiles     = 64 // in a row, and in a column
)

// tiles passes over how a frame is tiled (§5.9.15). It reports whether the tiles are of one size, as encoders of still
// pictures make them; where not, it stops at once.
func (f frameSyntax) tiles(r *bits, width, height int) (uniform bool) {
	columns, rows := ceilDiv(width, f.superblock), ceilDiv(height, f.superblock)
	if uniform = r.flag(); !uniform {
		return false
	}
	fewest := log2Ceil(columns, maxTileWidth/f.superblock)
	fewestTiles := max(fewest, log2Ceil(columns*rows, maxTileArea/(f.superblock*f.superblock)))
	across := r.more(fewest, log2Ceil(min(columns, maxTiles), 1))
	down := r.more(max(fewestTiles-across, 0), log2Ceil(min(rows, maxTiles), 1))
	if across+down > 0 {
		r.skip(across + down + 2) // the tile whose probabilities are kept, the length of the tiles' sizes
	}
	return true
}

// more reads a number between two that is written as so many ones, and a zero where it is not the largest.
func (r *bits) more(least, most int) int {
	for least < most && r.flag() {
		least++
	}
	return least
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// log2Ceil returns the least power of two by which unit has to be multiplied to be n or more (tile_log2 in §4.7).
func log2Ceil(n, unit int) (power int) {
	for unit<<power < n {
		power++
	}
	return power
}

// qualityOfAV1 returns the quality 1…100 at which libavif has libaom use a quantizer that is the nearest to this one
// without being finer; 0 for none.
func qualityOfAV1(quantizer int) int {
	if quantizer == 0 {
		return 0
	}
	for q := 99; q > 1; q-- {
		if avifQuantizer(q) >= quantizer {
			return q
		}
	}
	return 1
}

// avifQuantizer is the base_q_idx of libavif's quality (avifQualityToQuantizer, and quantizer_to_qindex in libaom).
func avifQuantizer(quality int) int {
	switch n := ((100-quality)*63 + 50) / 100; n {
	case 62:
		return 249
	case 63:
		return 255
	default:
		return 4 * n
	}
}
