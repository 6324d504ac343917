package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
)

// ID names an entry in a store: the SHA-256 of the full key text. Being a fixed array of bytes it
// cannot carry a path, a separator or a wildcard, and its first byte spreads entries evenly.
type ID [sha256.Size]byte

// NewID returns the id of a key text.
func NewID(key string) ID { return sha256.Sum256([]byte(key)) }

// String returns the id as 64 lower-case hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ErrNotFound is what Store.Get returns (possibly wrapped) for an entry it does not hold.
var ErrNotFound = errors.New("cache: entry not found")

// ErrNoRoom is what Store.Put returns (possibly wrapped) for an entry that does not fit its bound, now or ever.
// It is an answer, not a failure: the entry is simply not cached.
var ErrNoRoom = errors.New("cache: no room for the entry")

// Store keeps entries: opaque bytes under an ID. It is all that a disk, a Redis or an S3 bucket must bring;
// cachetest.Run checks it. What the bytes mean, whether they are still right and what happens on an error
// is the Cache's business.
//
// All methods may be called by many goroutines at once. A store may forget any entry at any time, and other
// processes may share what lies behind it.
type Store interface {
	// Get returns a whole entry in one slice that nobody may change: others may be given the same one. It returns ErrNotFound when there is none, the
	// context's error when the context is done, and any other error when the store failed. It need not
	// check the bytes, but must never mix those of two Puts.
	Get(ctx context.Context, id ID) ([]byte, error)

	// Put keeps the concatenation of parts under id, replacing what was there: at any moment a reader sees all
	// of the old entry, all of the new one, or none. The parts are not changed, nor kept after Put returns.
	// After an error the old entry may be there or not, the new one is not.
	Put(ctx context.Context, id ID, parts ...[]byte) error

	// Delete forgets an entry. It is not an error when there is none.
	Delete(ctx context.Context, id ID) error

	// Usage tells what the store holds as far as it knows without asking anybody; it returns at once.
	Usage() Usage

	// Close ends the store's goroutines and frees what it holds; no other method may be called after it.
	Close() error
}

// Shared is a tier that other instances use, too. It never fails and never takes long: what it cannot bring is missing, what
// it cannot keep is dropped. It need not check what it brings.
type Shared interface {
	// Get returns a whole entry, nil when there is none to be had.
	Get(ctx context.Context, id ID) []byte
	// Put keeps the concatenation of parts, later. They are not kept after it returns.
	Put(id ID, parts ...[]byte)
	// Delete forgets an entry, later.
	Delete(id ID)
}

// FileStore is a Store whose entries are files. The cache reads large ones piece by piece and never holds them whole.
type FileStore interface {
	Store
	// GetFile is Get, but an entry of more than over bytes is returned as an open file at its beginning, which the caller
	// closes. What the file holds does not change, whatever becomes of the entry.
	GetFile(ctx context.Context, id ID, over int64) (entry []byte, file *os.File, err error)
}

// Usage is what a store holds.
type Usage struct {
	SizeBytes  int64 // what the entries take from the resource that LimitBytes bounds
	Entries    int64
	LimitBytes int64 // bound of SizeBytes; 0 = none that the store knows of
	Evictions  int64 // entries removed by this store to stay within its bound, since it was opened
}
