package cache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/blob"
	"imagekit/internal/format"
)

const testKey = "1 https://example.com/a.jpg w=400 f=webp"

func encode(key string, b *blob.Blob) []byte { return slices.Concat(encodeHeader(key, b), b.Data) }

func sample() *blob.Blob {
	return blob.New([]byte("RIFF....WEBP and some more"), format.WebP, time.Unix(1_700_000_000, 123_000).UTC())
}

func TestEntryRoundTrip(t *testing.T) {
	rows := []struct {
		name string
		key  string
		b    *blob.Blob
	}{
		{"ordinary", testKey, sample()},
		{"with an end", testKey, &blob.Blob{Data: []byte("x"), Format: format.JPEG, Expires: time.Unix(4_102_444_800, 0)}},
		{"far end", testKey, &blob.Blob{Data: []byte("x"), Format: format.PNG, Expires: time.Unix(9_999_999_999, 0)}},
		{"empty", "", &blob.Blob{Data: []byte{}, Format: format.AVIF}},
		{"not recognised", "k", &blob.Blob{Data: []byte("x"), Format: format.Unknown}},
		{"long key", strings.Repeat("ü", 70_000), &blob.Blob{Data: []byte("x"), Format: format.GIF, ETag: `"tag"`}},
		{"after a purge", testKey, &blob.Blob{Data: []byte("x"), Format: format.JPEG, Generation: 1<<63 + 5}},
		{"with notes", testKey, &blob.Blob{
			Data: []byte("x"), Format: format.WebP, ETag: `"tag"`,
			Notes: "X-Animation: still; frames",
		}},
		{"key of any bytes", "\x00\xff\n", sample()},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decode(encode(tt.key, tt.b), tt.key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.b, got); diff != "" {
				t.Errorf("-put +got:\n%s", diff)
			}
			if got.Expires.IsZero() != tt.b.Expires.IsZero() {
				t.Errorf("no end became %v", got.Expires)
			}
		})
	}
}

// encodeFirst returns the header of an entry as version 1 of the layout had it.
func encodeFirst(key string, b *blob.Blob) []byte {
	h := encodeHeader(key, b)
	h = slices.Delete(h[:len(h)-headSumLen], atGeneration, fixedLen)
	h[atVersion] = 1
	return binary.BigEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// TestFirstVersion: entries from before there were generations are read, and are as old as can be.
func TestFirstVersion(t *testing.T) {
	b := sample()
	entry := slices.Concat(encodeFirst(testKey, b), b.Data)
	got, err := decode(entry, testKey)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, got); diff != "" {
		t.Errorf("-put +got:\n%s", diff)
	}
	if key, _, err := Key(entry); err != nil || key != testKey {
		t.Errorf("its key: %q, %v", key, err)
	}
	for bit := range 8 * len(entry) {
		bad := bytes.Clone(entry)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := decode(bad, testKey); !errors.As(err, new(damage)) {
			t.Errorf("bit %d: %v, want damage", bit, err)
		}
	}
}

// TestSecondVersion: entries from before there were notes are read.
func TestSecondVersion(t *testing.T) {
	b := sample()
	b.Generation = 7
	h := encodeHeader(testKey, b)
	h = slices.Delete(h[:len(h)-headSumLen], atNotes, fixedLen)
	h[atVersion] = 2
	h = binary.BigEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
	got, err := decode(slices.Concat(h, b.Data), testKey)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, got); diff != "" {
		t.Errorf("-put +got:\n%s", diff)
	}
}

// TestUnknownVersion: what a later version wrote is a miss, no damage, and stays.
func TestUnknownVersion(t *testing.T) {
	b := sample()
	entry := encode(testKey, b)
	entry[atVersion] = version + 1
	end := len(entry) - len(b.Data) - headSumLen
	binary.BigEndian.PutUint32(entry[end:], crc32.Checksum(entry[:end], castagnoli))
	if _, err := decode(entry, testKey); !errors.Is(err, ErrVersion) {
		t.Errorf("got %v", err)
	}
	if err := Check(NewID(testKey), entry); err != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestEveryBitIsGuarded(t *testing.T) {
	entry := encode(testKey, sample())
	for bit := range 8 * len(entry) {
		bad := bytes.Clone(entry)
		bad[bit/8] ^= 1 << (bit % 8)
		if got, err := decode(bad, testKey); err == nil {
			t.Errorf("bit %d of byte %d flipped: decoded as %+v", bit%8, bit/8, got)
		}
	}
}

func TestEveryLengthIsGuarded(t *testing.T) {
	entry := encode(testKey, sample())
	for n := range entry {
		if _, err := decode(entry[:n], testKey); err == nil {
			t.Errorf("cut to %d of %d bytes: decoded", n, len(entry))
		}
	}
	if _, err := decode(append(entry, 0), testKey); err == nil {
		t.Error("one byte too many: decoded")
	}
}

func TestDecodeRefuses(t *testing.T) {
	other := encode("another key", sample())
	past := encode(testKey, sample())
	past[atVersion] = 1
	rows := []struct {
		name  string
		entry []byte
		want  damage
	}{
		{"nothing", nil, "shorter than a header"},
		{"text", []byte(strings.Repeat("<html>", 20)), "magic"},
		{"an earlier version", past, "checksum of the header"}, // its parts begin elsewhere
		{"another key's entry", other, "another key's entry"},
		{
			"unknown type", resum(bytes.Replace(encode(testKey, sample()), []byte("image/webp"), []byte("image/heic"), 1)),
			"content type",
		},
		{"bytes behind the body", resum(append(encode(testKey, sample()), 0)), "length"},
		{"huge lengths", huge(), "length"},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(tt.entry, testKey)
			if got, ok := errors.AsType[damage](err); !ok || got != tt.want {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestKey(t *testing.T) {
	entry := encode(testKey, sample())
	whole := len(entry) - len(sample().Data)
	for n := range len(entry) + 1 {
		if key, _, err := Key(entry[:n]); (err == nil) != (n >= whole) || err == nil && key != testKey {
			t.Errorf("from %d bytes: %q, %v; the header has %d", n, key, err, whole)
		}
	}
}

// TestCheck: what decodes under its key passes the check under its id, and nothing else does.
func TestCheck(t *testing.T) {
	entry, id := encode(testKey, sample()), NewID(testKey)
	if err := Check(id, entry); err != nil {
		t.Error(err)
	}
	if err := Check(NewID("another"), entry); err != damage("another key's entry") {
		t.Errorf("under another id: %v", err)
	}
	for bit := range 8 * len(entry) {
		bad := bytes.Clone(entry)
		bad[bit/8] ^= 1 << (bit % 8)
		if Check(id, bad) == nil {
			t.Errorf("bit %d of byte %d flipped: passes", bit%8, bit/8)
		}
	}
	for n := range entry {
		if Check(id, entry[:n]) == nil {
			t.Errorf("cut to %d bytes: passes", n)
		}
	}
}

// huge returns an entry whose lengths would wrap around if they were added carelessly.
func huge() []byte {
	e := encode(testKey, sample())
	for _, at := range []int{atKey, atType, atTag} {
		binary.BigEndian.PutUint32(e[at:], 1<<32-1)
	}
	binary.BigEndian.PutUint64(e[atBody:], uint64(len(e))-3*(1<<32-1)-fixedLen-headSumLen)
	return e
}

// resum writes right checksums into an entry if its lengths allow it, so that a fuzzer gets past them.
func resum(e []byte) []byte {
	if len(e) < fixedLen {
		return e
	}
	n := func(at int) uint64 { return uint64(binary.BigEndian.Uint32(e[at:])) }
	at := uint64(fixedLen)
	if e[atVersion] == 1 {
		at = keyAt[1]
	}
	sumAt := at + n(atKey) + n(atType) + n(atTag)
	if sumAt+headSumLen > uint64(len(e)) {
		return e
	}
	binary.BigEndian.PutUint32(e[atBodySum:], crc32.Checksum(e[sumAt+headSumLen:], castagnoli))
	binary.BigEndian.PutUint32(e[sumAt:], crc32.Checksum(e[:sumAt], castagnoli))
	return e
}

// FuzzDecode holds that what decodes is exactly what encode would have written.
func FuzzDecode(f *testing.F) {
	f.Add(encode(testKey, sample()), testKey)
	f.Add(encode("", &blob.Blob{Format: format.JPEG, Expires: time.Unix(1, 0)}), "")
	f.Add(encode(testKey, sample())[:60], testKey)
	f.Add(slices.Concat(encodeFirst(testKey, sample()), sample().Data), testKey)
	f.Add(huge(), testKey)
	f.Fuzz(func(t *testing.T, entry []byte, key string) {
		for _, e := range [][]byte{entry, resum(bytes.Clone(entry))} {
			b, err := decode(e, key)
			if inside, _, keyErr := Key(e); keyErr == nil && inside == key && (err == nil) != (Check(NewID(key), e) == nil) {
				t.Errorf("decode says %v, Check says %v", err, Check(NewID(key), e))
			}
			if err != nil {
				continue
			}
			again := encode(key, b)
			if e[atVersion] == 1 {
				again = slices.Concat(encodeFirst(key, b), b.Data)
			}
			if !bytes.Equal(again, e) {
				t.Errorf("decoded\n%x\nencodes as\n%x", e, again)
			}
		}
	})
}

// FuzzRoundTrip holds that any blob under any key comes back the same, and under no other key.
func FuzzRoundTrip(f *testing.F) {
	f.Add(testKey, []byte("data"), `"tag"`, uint8(0), int64(1_700_000_000_000_000), int64(0))
	f.Add("", []byte{}, "", uint8(5), int64(-62_135_596_800_000_000), int64(1<<63-1))
	f.Fuzz(func(t *testing.T, key string, data []byte, tag string, kind uint8, created, expires int64) {
		in := &blob.Blob{
			Data: data, Format: stored[int(kind)%len(stored)], ETag: tag,
			Created: time.UnixMicro(created), Expires: time.UnixMicro(expires),
		}
		entry := encode(key, in)
		out, err := decode(entry, key)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Data, data) || out.Format != in.Format || out.ETag != tag ||
			!out.Created.Equal(in.Created) || !out.Expires.Equal(in.Expires) {
			t.Errorf("put %+v, got %+v", in, out)
		}
		if _, err := decode(entry, key+"x"); err == nil {
			t.Error("decoded under another key")
		}
	})
}
