package purge

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A record of the file tells of one purge, or that purges are done. Numbers are big-endian.
//
//	 0  8  generation: microseconds since the Unix epoch, but more than that of the record before; of kind 4 that of the
//	       latest purge whose results are all removed
//	 8  4  kind; 1 = all results of one source, 2 = those of one v, 3 = those of all sources below a prefix, 4 = removed.
//	       Others are skipped
//	12 24  the first bytes of the SHA-256 of the target; of kind 4 zeros
//	36  4  CRC-32C of all that
const (
	recordLen = 40
	atKind    = 8
	atHash    = 12
	atSum     = 36
	// most bounds what is read, whatever the file claims to be.
	most = 64 << 20
)

// The kinds of records.
const (
	kindSource = 1 + iota
	kindVersion
	kindPrefix
	kindSwept
	kinds
)

// hash stands for a target. Which pictures were purged cannot be read from the file.
type hash [atSum - atHash]byte

type record struct {
	generation uint64
	kind       uint32
	hash       hash
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (r record) append(to []byte) []byte {
	at := len(to)
	to = binary.BigEndian.AppendUint64(to, r.generation)
	to = binary.BigEndian.AppendUint32(to, r.kind)
	to = append(to, r.hash[:]...)
	return binary.BigEndian.AppendUint32(to, crc32.Checksum(to[at:], castagnoli))
}

// decode reads a record, and reports false for one that is damaged or of a kind that is not known.
func decode(b []byte) (record, bool) {
	if crc32.Checksum(b[:atSum], castagnoli) != binary.BigEndian.Uint32(b[atSum:]) {
		return record{}, false
	}
	r := record{binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[atKind:]), hash(b[atHash:atSum])}
	return r, r.kind > 0 && r.kind < kinds
}

func hashOf(text string) hash {
	sum := sha256.Sum256([]byte(text))
	return hash(sum[:len(hash{})])
}

// nextGeneration returns a generation behind those of all records, whatever the clocks say.
func nextGeneration(records []byte, now time.Time) uint64 {
	next := uint64(max(1, now.UnixMicro()))
	for ; len(records) > 0; records = records[recordLen:] {
		if r, ok := decode(records[:recordLen]); ok {
			next = max(next, r.generation+1)
		}
	}
	return next
}

const (
	// forgetAt is the size of the file in bytes from which old purges are forgotten.
	forgetAt = 26_000 * recordLen
	// keepFor is how long a purge matters once its results are removed: no result takes so long to be made and written.
	keepFor = 24 * time.Hour
)

// oldest is the generation from which on purges matter in any case.
func oldest(now time.Time) uint64 { return uint64(max(0, now.Add(-keepFor).UnixMicro())) }

// recentRecords returns the records that still matter: of those that are done the latest says so for all.
func recentRecords(records []byte, now time.Time) []byte {
	var swept uint64
	for rest := records; len(rest) > 0; rest = rest[recordLen:] {
		if r, ok := decode(rest[:recordLen]); ok && r.kind == kindSwept {
			swept = max(swept, r.generation)
		}
	}
	var kept []byte
	if swept > 0 {
		kept = record{generation: swept, kind: kindSwept}.append(kept)
	}
	oldest := oldest(now)
	for ; len(records) > 0; records = records[recordLen:] {
		if r, ok := decode(records[:recordLen]); ok && r.kind != kindSwept &&
			(r.generation >= oldest || r.generation > swept) {
			kept = append(kept, records[:recordLen]...)
		}
	}
	return kept
}
