package disk

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"

	"imagekit/internal/cache"
)

// An entry lies in <dir>/<2 hex>/<64 hex>: the id in lower-case hex, its first two digits the shard. While it is
// written, it is beside that, as <64 hex>.<16 random hex>.tmp. Nothing with another name is ever touched.
const (
	idLen   = 2 * len(cache.ID{})
	tempEnd = ".tmp"
	tempLen = idLen + 1 + 16 + len(tempEnd)
	shards  = 256 // one per first byte of the id
)

// path returns where an entry lies.
func (s *Store) path(id cache.ID) string { return entryPath(s.dir, id) }

// entryPath returns where an entry of the store in dir lies.
func entryPath(dir string, id cache.ID) string {
	b := make([]byte, 0, 256)
	b = append(b, dir...)
	b = append(b, '/')
	b = hex.AppendEncode(b, id[:1])
	b = append(b, '/')
	b = hex.AppendEncode(b, id[:])
	return string(b)
}

// shardPath returns the directory of the entries whose ids begin with first.
func shardPath(dir string, first byte) string { return dir + "/" + hex.EncodeToString([]byte{first}) }

// tempPath returns a new temporary name for the entry at path.
func tempPath(path string) string {
	var r [8]byte
	for i, n := 0, rand.Uint64(); i < len(r); i, n = i+1, n>>8 {
		r[i] = byte(n)
	}
	return path + "." + hex.EncodeToString(r[:]) + tempEnd
}

// parseEntry returns the id a file name in the shard stands for, if it is the name of an entry.
func parseEntry(shard byte, name string) (cache.ID, bool) {
	var id cache.ID
	if len(name) != idLen || !isLowerHex(name) {
		return id, false
	}
	if _, err := hex.Decode(id[:], []byte(name)); err != nil {
		return id, false
	}
	return id, id[0] == shard
}

// isTemp reports whether a file name in the shard is that of a temporary.
func isTemp(shard byte, name string) bool {
	if len(name) != tempLen || name[idLen] != '.' || !strings.HasSuffix(name, tempEnd) {
		return false
	}
	_, ok := parseEntry(shard, name[:idLen])
	return ok && isLowerHex(name[idLen+1:tempLen-len(tempEnd)])
}

func isLowerHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }
