package disk

import (
	"sync"

	"imagekit/internal/cache"
	"imagekit/internal/lru"
	"imagekit/internal/sysfile"
)

const (
	// maxHot bounds the bytes of entries kept in memory. Enough for the pictures of a front page; everything else is
	// in the kernel's page cache anyway.
	maxHot = 16 << 20
	// maxHotEntry bounds one of them, so that a few large pictures do not push out many small ones.
	maxHotEntry = maxHot / 32
	// hotCost is what keeping an entry takes besides its bytes: map, list and stamp. Without it a cache of tiny
	// pictures would take several times maxHot.
	hotCost = 256
)

// hot keeps the bytes of the entries hit last, so that the next hit needs neither fresh memory nor a read: together
// those cost more than everything else a hit does. An entry counts only while its file is still the very one it was
// read from; that takes one stat. What is kept are the raw bytes: the cache checks them on every hit as if just read.
type hot struct {
	mu      sync.Mutex
	entries *lru.Cache[cache.ID, hotEntry]
}

type hotEntry struct {
	stamp sysfile.Stamp
	data  []byte
}

func newHot() *hot { return &hot{entries: lru.New[cache.ID, hotEntry](maxHot, nil)} }

// get returns the bytes read from the file with this stamp, nil when they are not kept.
func (h *hot) get(id cache.ID, now sysfile.Stamp) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	entry, ok := h.entries.Get(id)
	if !ok {
		return nil
	}
	if entry.stamp != now {
		h.entries.Remove(id)
		return nil
	}
	return entry.data
}

// has reports whether bytes are kept under id, right or not.
func (h *hot) has(id cache.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.entries.Has(id)
}

// put keeps data, read from the file with this stamp.
func (h *hot) put(id cache.ID, s sysfile.Stamp, data []byte) {
	if len(data) > maxHotEntry {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries.Put(id, hotEntry{s, data}, int64(len(data)+hotCost))
}

// drop forgets id.
func (h *hot) drop(id cache.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries.Remove(id)
}
