package hostile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"imagekit/internal/fault"
)

const signature = "\x89PNG\r\n\x1a\n"

// chunk returns a whole PNG chunk (PNG 3rd ed. §5.3).
func chunk(kind string, data ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func ihdr(width, height uint32, depth, colour, interlace byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, width)
	b = binary.BigEndian.AppendUint32(b, height)
	return chunk("IHDR", append(b, depth, colour, 0, 0, interlace)...)
}

// file puts chunks between the signature and the end.
func file(chunks ...[]byte) []byte {
	return append(append([]byte(signature), bytes.Join(chunks, nil)...), chunk("IEND")...)
}

// dot is the data of one RGB pixel, and pixel a PNG of it with these chunks before its data.
func dot() []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte{0, 0, 0, 0})
	_ = w.Close()
	return chunk("IDAT", b.Bytes()...)
}

func pixel(chunks ...[]byte) []byte {
	return file(ihdr(1, 1, 8, 2, 0), bytes.Join(chunks, nil), dot())
}

// repeat returns n chunks.
func repeat(n int, make func(i int) []byte) []byte {
	var b []byte
	for i := range n {
		b = append(b, make(i)...)
	}
	return b
}

func png() []File {
	return []File{
		bad("png_bomb_30000x30000_1bit.png", fault.TooManyPixels, func(Seeds) []byte {
			return file(ihdr(30000, 30000, 1, 0, 0), chunk("IDAT", zeros(30000*3751)...))
		}),
		bad("png_bomb_16000x16000_adam7_1bit.png", fault.TooManyPixels, func(Seeds) []byte {
			return file(ihdr(16000, 16000, 1, 0, 1), chunk("IDAT", zeros(34_000_000)...))
		}),
		bad("png_header_2147483647sq_noidat.png", fault.TooManyPixels, func(Seeds) []byte {
			return file(ihdr(1<<31-1, 1<<31-1, 8, 2, 0))
		}),
		bad("png_zero_width.png", fault.DamagedImage, func(Seeds) []byte { return file(ihdr(0, 10, 8, 2, 0), dot()) }),
		fine("png_iccp_bomb_256MB.png", func(Seeds) []byte {
			return pixel(chunk("iCCP", append([]byte("x\x00\x00"), zeros(256<<20)...)...))
		}),
		fine("png_ztxt_bomb_8x32MB.png", func(Seeds) []byte {
			bomb := zeros(32 << 20)
			return pixel(repeat(8, func(i int) []byte {
				return chunk("zTXt",
					append(fmt.Appendf(nil, "k%d\x00\x00", i), bomb...)...)
			}))
		}),
		bad("png_50000_text_chunks.png", fault.DamagedImage, func(Seeds) []byte {
			return pixel(repeat(50000, func(int) []byte { return chunk("tEXt", []byte("k\x00v")...) }))
		}),
		bad("png_idat_short_by_half.png", fault.DamagedImage, func(Seeds) []byte {
			return file(ihdr(4000, 4000, 8, 2, 0), chunk("IDAT", zeros(4000*12001/2)...))
		}),
		fine("png_idat_extra_64MB.png", func(Seeds) []byte {
			return file(ihdr(1, 1, 8, 2, 0),
				chunk("IDAT", zeros(64<<20)...))
		}),
		bad("png_wrong_idat_crc_64MB.png", fault.DamagedImage, func(Seeds) []byte {
			data := chunk("IDAT", zeros(64<<20)...)
			data[len(data)-1]++
			return file(ihdr(1, 1, 8, 2, 0), data)
		}),
		fine("png_idat_crc_cut.png", func(Seeds) []byte {
			whole := pixel()
			return whole[:len(whole)-16]
		}),
		fine("png_gamma_and_colours_of_nonsense.png", func(Seeds) []byte {
			return pixel(chunk("gAMA", 0x7f, 0xff, 0xff, 0xff), chunk("cHRM", bytes.Repeat([]byte{0xff}, 32)...))
		}),
		bad("png_bad_crc.png", fault.DamagedImage, func(Seeds) []byte {
			head := ihdr(1, 1, 8, 2, 0)
			head[len(head)-1] ^= 1
			return file(head, dot())
		}),
		fine("apng_10000_frames.png", func(Seeds) []byte { return pixel(chunk("acTL", 0, 0, 0x27, 0x10, 0, 0, 0, 0)) }),
		fine("png_html_polyglot.png", func(Seeds) []byte {
			return pixel(chunk("tEXt", []byte("x\x00<html><script>alert(document.domain)</script>")...))
		}),
	}
}
