package hostile

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"imagekit/internal/fault"
)

// heic is the first box of a HEIC file (ISO/IEC 14496-12 §4.3).
const heic = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"

// extents is the seed with another size in its ispe property (ISO/IEC 23008-12 §6.5.3).
func extents(width, height uint32) func(Seeds) []byte {
	return func(s Seeds) []byte {
		b := bytes.Clone(s.AVIF)
		at := bytes.Index(b, []byte("ispe")) + 8
		binary.BigEndian.PutUint32(b[at:], width)
		binary.BigEndian.PutUint32(b[at+4:], height)
		return b
	}
}

// location is the seed with another count, offset or size of the bytes of its first item (iloc, ISO/IEC 14496-12
// §8.11.3).
func location(at int, value uint32) func(Seeds) []byte {
	return func(s Seeds) []byte {
		b := bytes.Clone(s.AVIF)
		from := bytes.Index(b, []byte("iloc")) + len("iloc") + at
		binary.BigEndian.PutUint32(b[from:], value)
		return b
	}
}

func boxes() []File {
	return []File{
		bad("avif_65535_extents.avif", fault.DamagedImage, location(10, 0xffff)),
		bad("avif_extent_4GB.avif", fault.DamagedImage, location(18, 0xfffffff0)),
		bad("avif_extent_at_4GB.avif", fault.DamagedImage, location(14, 0xfffffff0)),
		bad("avif_ispe_65535sq.avif", fault.TooManyPixels, extents(65535, 65535)),
		bad("avif_ispe_0.avif", fault.DamagedImage, extents(0, 0)),
		bad("avif_truncated_half.avif", fault.DamagedImage, func(s Seeds) []byte { return s.AVIF[:len(s.AVIF)/2] }),
		bad("avif_meta_only.avif", fault.DamagedImage, func(s Seeds) []byte { return s.AVIF[:min(300, len(s.AVIF)/3)] }),
		bad("avif_2000_nested_boxes.avif", fault.DamagedImage, func(Seeds) []byte {
			return append([]byte("\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif"), nested("meta\x00\x00\x00\x00", 2000)...)
		}),
		bad("heif_ftyp_only.heic", fault.UnsupportedFormat, text(heic)),
		bad("heif_box_size_2p63.heic", fault.UnsupportedFormat,
			text(heic+"\x00\x00\x00\x01meta\x80\x00\x00\x00\x00\x00\x00\x00")),
		bad("heif_2000_nested_boxes.heic", fault.UnsupportedFormat, func(Seeds) []byte {
			return append([]byte(heic), nested("moov", 2000)...)
		}),
	}
}

// nested puts n boxes of one kind into each other.
func nested(head string, n int) []byte {
	var b []byte
	for i := range n {
		b = append(b, binary.BigEndian.AppendUint32(nil, uint32((4+len(head))*(n-i)))...)
		b = append(b, head...)
	}
	return b
}

// riff is a WebP file of these chunks (RFC 9649 §2.3).
func riff(chunks ...string) string {
	body := "WEBP" + strings.Join(chunks, "")
	return "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
}

func webp() []File {
	le := binary.LittleEndian.AppendUint32
	frame := "ANMF\x10\x00\x00\x00" + strings.Repeat("\x00", 16)
	return []File{
		bad("webp_vp8x_canvas_2p24_anim.webp", fault.TooManyPixels, text(riff(
			"VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff", "ANIM\x06\x00\x00\x00"+strings.Repeat("\x00", 6),
			strings.Repeat(frame, 100)))),
		bad("webp_vp8l_16384sq_nodata.webp", fault.TooManyPixels, func(Seeds) []byte {
			size := string(le(nil, 16383|16383<<14))
			return []byte(riff("VP8L\x06\x00\x00\x00\x2f" + size + "\x00"))
		}),
		bad("webp_still_with_endless_chunk.webp", fault.DamagedImage, text(riff(
			"VP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "ALPH\xff\xff\xff\xff\x00\x00", "VP8 \x00\x00\x00\x00"))),
		bad("webp_riff_len_ffffffff.webp", fault.DamagedImage, text("RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff")),
	}
}

// directory is a little-endian TIFF of one directory (TIFF 6.0 §2). Each entry is tag, type, count, value.
func directory(next uint32, entries ...[4]uint32) func(Seeds) []byte {
	return func(Seeds) []byte {
		b := binary.LittleEndian.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), uint16(len(entries)))
		for _, e := range entries {
			b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
			b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
			b = binary.LittleEndian.AppendUint32(b, e[2])
			b = binary.LittleEndian.AppendUint32(b, e[3])
		}
		return binary.LittleEndian.AppendUint32(b, next)
	}
}

func others() []File {
	const huge = 1<<31 - 1
	size := func(n uint32) [][4]uint32 { return [][4]uint32{{256, 4, 1, n}, {257, 4, 1, n}} }
	kind := [][4]uint32{{258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 1}}
	return []File{
		bad("tiff_ifd_self_loop.tif", fault.UnsupportedFormat, directory(8, size(10)...)),
		bad("tiff_2p31_dims.tif", fault.UnsupportedFormat, directory(0, slices.Concat(size(huge), kind,
			[][4]uint32{{273, 4, 1, 8}, {277, 3, 1, 1}, {278, 4, 1, huge}, {279, 4, 1, 4}})...)),
		bad("tiff_tile_2p20.tif", fault.UnsupportedFormat, directory(0, slices.Concat(size(100), kind,
			[][4]uint32{{277, 3, 1, 1}, {322, 4, 1, 1 << 20}, {323, 4, 1, 1 << 20}, {324, 4, 1, 8}, {325, 4, 1, 4}})...)),
		bad("bmp_2p31.bmp", fault.DamagedImage,
			text("BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"+
				"\xff\xff\xff\x7f\x00\x00\x00\x80\x01\x00\x18\x00"+strings.Repeat("\x00", 24))),
		bad("pnm_huge.ppm", fault.DamagedImage, text("P6 2147483647 2147483647 255\n")),
		bad("ghostscript.eps", fault.UnsupportedFormat,
			text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%touch /tmp/pwned) (w) file\n")),
		bad("pdf_1page.pdf", fault.UnsupportedFormat,
			text("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj trailer<</Root 1 0 R>>")),
		bad("vips_native.v", fault.NotAnImage, text("\xb6\xa6\xf2\x08\xff\xff\xff\x7f\xff\xff\xff\x7f\x03\x00\x00\x00"+strings.Repeat("\x00", 48))),
		bad("csv_as.png", fault.NotAnImage, text("1,2,3\n4,5,6\n")),
		bad("html_as.png", fault.NotAnImage, text("<!doctype html><script>alert(1)</script>")),
		bad("empty.jpg", fault.NotAnImage, text("")),
		bad("one_byte.jpg", fault.NotAnImage, text("\xff")),
		bad("magic_only.jpg", fault.DamagedImage, text("\xff\xd8\xff")),
		bad("magic_only.png", fault.DamagedImage, text(signature)),
		bad("nul_1MB.bin", fault.NotAnImage, func(Seeds) []byte { return make([]byte, 1<<20) }),
		bad("body_gzip_bomb_512MB.gz", fault.NotAnImage, func(Seeds) []byte { return gzipped("", 512<<20, 0, "") }),
	}
}
