package imagetest

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"
)

// Component is one component of a JPEG file: its samples as they are stored and its sampling factors.
type Component struct {
	Samples *image.Gray
	H, V    int
}

// JPEG is what stands in a file beside its pixels. The zero value has neither Adobe marker nor profile.
type JPEG struct {
	Adobe int    // 1 + the colour transform of an Adobe marker (T.872 §6.5.3): 1 = none (RGB, CMYK), 2 = YCbCr, 3 = YCCK
	ICC   []byte // profile, cut into APP2 segments (ICC.1:2022 §B.4)
	Exif  int    // orientation 1…8; 0 = no Exif segment
}

// jpegQuality is high enough that its own artefacts stay below what the tests look for.
const jpegQuality = 98

// EncodeJPEG writes a baseline file of 1 to 4 components by putting together scans that the standard library wrote,
// one component each. So every sampling and colour model can be had, which no single encoder at hand offers.
func EncodeJPEG(t testing.TB, w, h int, j JPEG, components ...Component) []byte {
	t.Helper()
	var head, body bytes.Buffer
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(len(components))}
	for i, c := range components {
		frame = append(frame, byte(i+1), byte(c.H<<4|c.V), 0)
		tables, scan := splitGray(t, c.Samples)
		if i == 0 {
			head.Write(tables)
		}
		writeSegment(&body, 0xDA, []byte{1, byte(i + 1), 0, 0, 63, 0})
		body.Write(scan)
	}
	var b bytes.Buffer
	b.Write([]byte{0xFF, 0xD8})
	j.writeTo(&b)
	b.Write(head.Bytes())
	writeSegment(&b, 0xC0, frame)
	b.Write(body.Bytes())
	b.Write([]byte{0xFF, 0xD9})
	return b.Bytes()
}

// Mark adds what j asks for to a finished JPEG.
func Mark(file []byte, j JPEG) []byte {
	var b bytes.Buffer
	b.Write(file[:2])
	j.writeTo(&b)
	b.Write(file[2:])
	return b.Bytes()
}

func (j JPEG) writeTo(b *bytes.Buffer) {
	if j.Exif > 0 {
		writeSegment(b, 0xE1, append([]byte("Exif\x00\x00"), exif(j.Exif)...))
	}
	const room = 65000
	count := (len(j.ICC) + room - 1) / room
	for i := range count {
		part := j.ICC[i*room : min((i+1)*room, len(j.ICC))]
		writeSegment(b, 0xE2, append(append([]byte("ICC_PROFILE\x00"), byte(i+1), byte(count)), part...))
	}
	if j.Adobe > 0 {
		writeSegment(b, 0xEE, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(j.Adobe-1)))
	}
}

// exif returns a TIFF structure with the orientation alone (EXIF 3.0 §4.6.5, tag 0x0112).
func exif(orientation int) []byte {
	return []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(orientation)) +
		"\x00\x00\x00\x00\x00\x00")
}

// splitGray lets the standard library write a grey JPEG and returns its tables (DQT, DHT) and its scan's data.
func splitGray(t testing.TB, img *image.Gray) (tables, scan []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	for at := 2; ; {
		marker := file[at+1]
		end := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		switch marker {
		case 0xDB, 0xC4:
			tables = append(tables, file[at:end]...)
		case 0xDA:
			return tables, file[end : len(file)-2]
		}
		at = end
	}
}

func writeSegment(b *bytes.Buffer, marker byte, payload []byte) {
	b.Write([]byte{0xFF, marker})
	b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2)))
	b.Write(payload)
}

// JPEGGray writes a grey file.
func JPEGGray(t testing.TB, img *image.NRGBA, j JPEG) []byte {
	return EncodeJPEG(t, img.Rect.Dx(), img.Rect.Dy(), j, Component{Gray(img), 1, 1})
}

// JPEGYCbCr writes a YCbCr file whose chroma is subsampled by these factors.
func JPEGYCbCr(t testing.TB, img *image.NRGBA, subX, subY int, j JPEG) []byte {
	p := toYCbCr(img)
	return EncodeJPEG(t, img.Rect.Dx(), img.Rect.Dy(), j, Component{p[0], subX, subY},
		Component{shrink(p[1], subX, subY), 1, 1}, Component{shrink(p[2], subX, subY), 1, 1})
}

// JPEGRGB writes a file whose components are R, G and B.
func JPEGRGB(t testing.TB, img *image.NRGBA, j JPEG) []byte {
	j.Adobe = 1
	return EncodeJPEG(t, img.Rect.Dx(), img.Rect.Dy(), j, Component{channel(img, 0), 1, 1},
		Component{channel(img, 1), 1, 1}, Component{channel(img, 2), 1, 1})
}

// JPEGCMYK writes the picture with Adobe's inverted inks. The separation takes all common grey into black and is the
// exact inverse of R = (1−C)(1−K). ycck stores the colour inks as YCbCr.
func JPEGCMYK(t testing.TB, img *image.NRGBA, ycck bool, j JPEG) []byte {
	inks, black := separate(img)
	j.Adobe = 1
	p := [3]*image.Gray{channel(inks, 0), channel(inks, 1), channel(inks, 2)}
	if ycck { // of the inks themselves, as Adobe has it
		j.Adobe, p = 3, toYCbCr(inverted(inks))
	}
	return EncodeJPEG(t, img.Rect.Dx(), img.Rect.Dy(), j,
		Component{p[0], 1, 1}, Component{p[1], 1, 1}, Component{p[2], 1, 1}, Component{black, 1, 1})
}

// separate returns 255−C, 255−M, 255−Y as a picture, and 255−K.
func separate(img *image.NRGBA) (inks *image.NRGBA, black *image.Gray) {
	inks, black = image.NewNRGBA(img.Rect), image.NewGray(img.Rect)
	for i := range black.Pix {
		p, q := img.Pix[4*i:4*i+4], inks.Pix[4*i:4*i+4]
		k := max(p[0], p[1], p[2])
		black.Pix[i] = k
		for c := range 3 {
			q[c] = 255
			if k > 0 {
				q[c] = clip(255 * float64(p[c]) / float64(k))
			}
		}
		q[3] = 255
	}
	return inks, black
}

func inverted(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}
