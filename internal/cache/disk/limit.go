package disk

import (
	"context"
	"os"
)

const (
	maxDefault = 10 << 30
	minDefault = 1 << 20 // a full disk must not keep the service from starting
	// sampleFiles is how many entries are looked at to tell how much a directory holds.
	sampleFiles = 2000
)

// DefaultLimit returns the limit in bytes for a store in dir when none is set: the smaller of 10 GiB and half of the
// space that would be free were the store empty, and so about the same before and after a restart.
func DefaultLimit(dir string) int64 {
	v, err := statVolume(dir)
	if err != nil {
		return maxDefault // Open will tell what is wrong with dir
	}
	return max(minDefault, min(maxDefault, (v.Free+held(dir))/2))
}

// held estimates the bytes that the entries in dir occupy, from the first shards: ids are hashes, so each
// shard holds about the same.
func held(dir string) int64 {
	var sum int64
	seen := 0
	for shard := range shards {
		// An unreadable shard counts as empty.
		_ = eachName(context.Background(), shardPath(dir, byte(shard)), func(d *os.File, name string) {
			if f, ok := lookAt(d, byte(shard), name); ok {
				sum += f.size
				seen++
			}
		})
		if seen >= sampleFiles {
			return sum / int64(shard+1) * shards
		}
	}
	return sum
}
