package cache

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/format"
)

// An entry is a header and the body behind it. All numbers are big-endian.
//
//	 0  8  magic; its last byte is the version of this layout
//	 8  8  length of the body
//	16  4  length of the key text
//	20  4  length of the content type
//	24  4  length of the entity tag
//	28  8  created, microseconds since the Unix epoch
//	36  8  expires, the same; the zero time.Time = never
//	44  4  CRC-32C of the body
//	48  8  generation of the latest purge known when the source's download began; not in version 1, where it is 0
//	56  4  length of the notes; not in versions 1 and 2, which have none
//	60  …  key text, content type, entity tag, notes
//	 …  4  CRC-32C of everything before it
//
// CRC-32C (Castagnoli, RFC 3720 §12.1) finds every single flipped bit and every burst of up to 32 bits, and
// amd64 and arm64 compute it in hardware. It guards against rot and cut files, not against a
// forger: who can write to the store can also write right checksums.
const (
	magic        = "imgkit\x00" // and the version
	atVersion    = len(magic)
	atBody       = 8
	atKey        = 16
	atType       = 20
	atTag        = 24
	atCreated    = 28
	atExpires    = 36
	atBodySum    = 44
	atGeneration = 48
	atNotes      = 56
	fixedLen     = 60
	headSumLen   = 4
	version      = 3 // what is written
)

// keyAt is where the key text begins in each version that is read.
var keyAt = map[byte]uint64{1: atGeneration, 2: atNotes, 3: fixedLen}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// stored lists the formats an entry can have. They are kept by MIME type, so that the constants may be renumbered.
var stored = [...]format.Format{format.JPEG, format.WebP, format.AVIF, format.PNG, format.GIF, format.JSON, format.Unknown}

// damage says why bytes are no entry for a key.
type damage string

func (d damage) Error() string { return "cache: damaged entry: " + string(d) }

// ErrVersion says that an entry is sound as far as can be seen, but of a version that is not known here: another instance
// is newer. It stays, else the two would delete each other's entries.
var ErrVersion = errors.New("cache: entry of a version that is not known here")

// encodeHeader returns the header of the entry that keeps b under key; the entry is the header and then b.Data.
func encodeHeader(key string, b *blob.Blob) []byte {
	mime := b.Format.MIME()
	h := make([]byte, 0, fixedLen+len(key)+len(mime)+len(b.ETag)+len(b.Notes)+headSumLen)
	h = append(h, magic...)
	h = append(h, version)
	h = binary.BigEndian.AppendUint64(h, uint64(len(b.Data)))
	h = binary.BigEndian.AppendUint32(h, uint32(len(key)))
	h = binary.BigEndian.AppendUint32(h, uint32(len(mime)))
	h = binary.BigEndian.AppendUint32(h, uint32(len(b.ETag)))
	h = binary.BigEndian.AppendUint64(h, uint64(b.Created.UnixMicro()))
	h = binary.BigEndian.AppendUint64(h, uint64(b.Expires.UnixMicro()))
	h = binary.BigEndian.AppendUint32(h, crc32.Checksum(b.Data, castagnoli))
	h = binary.BigEndian.AppendUint64(h, b.Generation)
	h = binary.BigEndian.AppendUint32(h, uint32(len(b.Notes)))
	h = append(h, key...)
	h = append(h, mime...)
	h = append(h, b.ETag...)
	h = append(h, b.Notes...)
	return binary.BigEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// decode returns the blob an entry keeps under key, or a damage. Nothing is returned before length, key text and both
// checksums were found right. The blob's Data is a part of entry, not a copy.
func decode(entry []byte, key string) (*blob.Blob, error) {
	h, err := readHeader(entry)
	if err != nil {
		return nil, err
	}
	if string(entry[h.keyAt:h.typeAt]) != key {
		return nil, damage("another key's entry")
	}
	body, err := h.body(entry)
	if err != nil {
		return nil, err
	}
	b, err := h.blob(entry)
	if err != nil {
		return nil, err
	}
	b.Data = body
	return b, nil
}

// blob returns what the header tells of a blob.
func (h header) blob(entry []byte) (*blob.Blob, error) {
	i := slices.IndexFunc(stored[:], func(f format.Format) bool { return f.MIME() == string(entry[h.typeAt:h.tagAt]) })
	if i < 0 {
		return nil, damage("content type")
	}
	return &blob.Blob{
		Format:  stored[i],
		ETag:    string(entry[h.tagAt:h.notesAt]),
		Notes:   string(entry[h.notesAt:h.sumAt]),
		Created: micro(entry[atCreated:]),
		Expires: micro(entry[atExpires:]),

		Generation: h.generation,
	}, nil
}

// MaxHeader is enough for the header of any entry whose key text is that of a request: a query has at most 14,000 bytes.
const MaxHeader = 32 << 10

// Key returns the key text of an entry and its generation from its first bytes, MaxHeader or the whole entry. It fails when
// the header is damaged.
func Key(beginning []byte) (key string, generation uint64, err error) {
	h, err := readHeader(beginning)
	if err != nil {
		return "", 0, err
	}
	return string(beginning[h.keyAt:h.typeAt]), h.generation, nil
}

// Check says what a reader of an entry under id would find damaged, nil for nothing. It needs no key: that the
// entry has the right one shows in the id. What another version wrote cannot be judged here.
func Check(id ID, entry []byte) error {
	key, _, err := Key(entry)
	if errors.Is(err, ErrVersion) {
		return nil
	}
	if err != nil {
		return err
	}
	if NewID(key) != id {
		return damage("another key's entry")
	}
	_, err = decode(entry, key)
	return err
}

// header tells where the parts of an entry begin, and what only some versions have.
type header struct {
	keyAt, typeAt, tagAt, notesAt, sumAt, bodyAt uint64

	generation uint64
}

// readHeader finds the parts of the header and its checksum right. The body may be missing.
func readHeader(entry []byte) (header, error) {
	if len(entry) < fixedLen+headSumLen {
		return header{}, damage("shorter than a header")
	}
	if string(entry[:atVersion]) != magic {
		return header{}, damage("magic")
	}
	v := entry[atVersion]
	if keyAt[v] == 0 {
		return header{}, unknownVersion(entry)
	}
	h, err := parts(entry, v)
	if err != nil {
		return header{}, err
	}
	if crc32.Checksum(entry[:h.sumAt], castagnoli) != binary.BigEndian.Uint32(entry[h.sumAt:]) {
		return header{}, damage("checksum of the header")
	}
	if v > 1 {
		h.generation = binary.BigEndian.Uint64(entry[atGeneration:])
	}
	return h, nil
}

// parts returns where the parts of a header of version v begin.
func parts(entry []byte, v byte) (header, error) {
	length := func(at int) uint64 { return uint64(binary.BigEndian.Uint32(entry[at:])) }
	h := header{keyAt: keyAt[v]}
	h.typeAt = h.keyAt + length(atKey)
	h.tagAt = h.typeAt + length(atType)
	h.notesAt = h.tagAt + length(atTag)
	h.sumAt = h.notesAt
	if v > 2 {
		h.sumAt += length(atNotes)
	}
	h.bodyAt = h.sumAt + headSumLen // a few 32-bit numbers: cannot overflow
	if h.bodyAt > uint64(len(entry)) {
		return header{}, damage("length")
	}
	return h, nil
}

// unknownVersion tells an entry of a later version from one of ours whose version has rotten: that one's checksum is right
// when the version is.
func unknownVersion(entry []byte) error {
	for v := range keyAt {
		h, err := parts(entry, v)
		if err != nil {
			continue
		}
		sum := crc32.Checksum(entry[:atVersion], castagnoli)
		sum = crc32.Update(sum, castagnoli, []byte{v})
		sum = crc32.Update(sum, castagnoli, entry[atVersion+1:h.sumAt])
		if sum == binary.BigEndian.Uint32(entry[h.sumAt:]) {
			return damage("version")
		}
	}
	return ErrVersion
}

// body returns the body of an entry, found whole and right.
func (h header) body(entry []byte) ([]byte, error) {
	size := uint64(len(entry))
	if size-h.bodyAt != binary.BigEndian.Uint64(entry[atBody:]) {
		return nil, damage("length")
	}
	body := entry[h.bodyAt:size:size]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(entry[atBodySum:]) {
		return nil, damage("checksum of the body")
	}
	return body, nil
}

func micro(b []byte) time.Time { return time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC() }
