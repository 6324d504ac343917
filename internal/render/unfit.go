package render

import (
	"sync"
	"time"

	"imagekit/internal/fault"
)

// unfit remembers for which results their format is too small: whose format was negotiated has been given another one,
// and would look at the source, download it even, each time before that is found in the cache. Safe for concurrent use.
type unfit struct {
	mu   sync.Mutex
	kept *recent[string, error]
}

// unfitBytes bounds the key texts that are remembered, in bytes.
const unfitBytes = 1 << 20

func newUnfit() *unfit { return &unfit{kept: newRecent[string, error](unfitBytes, nil)} }

// get returns the fault that the result under key ended with a moment ago, or nil.
func (u *unfit) get(key string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	err, _ := u.kept.get(key, time.Now())
	return err
}

// note remembers how a result ended, if its format was to blame.
func (u *unfit) note(key string, err error) {
	if f := fault.From(err); f.Kind != fault.OutputTooLarge || f.Param != "f" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.kept.put(key, err, int64(len(key)), time.Now().Add(unfitFor))
}
