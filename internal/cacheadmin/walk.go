package cacheadmin

import (
	"context"
	"errors"
	"sync"

	"imagekit/internal/cache/disk"
)

// Progress is told how many entries were seen, after each shard of the folder.
type Progress func(entries int64)

// Found is what every walk counts.
type Found struct {
	Entries     int64 `json:"entries"`
	SizeBytes   int64 `json:"size_bytes"` // as du counts
	Temporaries int64 `json:"temporaries"`
}

// walk is one way through a folder.
type walk struct {
	folder   disk.Folder
	progress Progress

	mu   sync.Mutex // held while a shard's findings are added up
	seen Found
}

// each calls visit for every entry, from several goroutines, and tells the progress after each shard, one at a time. When
// ctx ended, that is the only error.
func (w *walk) each(ctx context.Context, visit func(disk.Entry) error) error {
	err := w.folder.Walk(ctx, func(s disk.Shard) error {
		var wrong []error
		size := int64(0)
		for _, e := range s.Entries {
			if ctx.Err() != nil {
				return nil
			}
			size += e.Size
			wrong = append(wrong, visit(e))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen.Entries += int64(len(s.Entries))
		w.seen.SizeBytes += size
		w.seen.Temporaries += int64(s.Temporaries)
		w.progress(w.seen.Entries)
		return errors.Join(wrong...)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
