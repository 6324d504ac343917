//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"imagekit/internal/testkit/instance"
)

// smallDisk is the size in bytes of the disk that a scenario with a mount gets.
const smallDisk = 8 << 20

// underTrouble serves while trouble is made, then checks that the cache met it, unless it is a trouble that the cache does
// not count, and has recovered.
func underTrouble(ctx context.Context, r *rig, cache string, counted bool, trouble func(context.Context) error,
	env ...string,
) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	defer l.origin.close()
	s, err := r.start(ctx, cache, env...)
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	if err := l.run(ctx, s, r.sizes.Load, r.step, trouble); err != nil {
		return nil, err
	}
	st, err := s.stats(ctx)
	if err != nil {
		return nil, err
	}
	healed := time.Now()
	err = eventually(ctx, "results are kept again", func() bool { return l.kept(ctx, s) })
	took := time.Since(healed).Round(100 * time.Millisecond)
	f := append(
		l.figures(),
		figure{"kept again when the disk is well", fmt.Sprintf("after %v", took), err == nil},
		figure{
			"the trouble was met, nothing was damaged", fmt.Sprintf("%+v", st),
			st.Corrupt == 0 && (!counted || st.WriteErrors+st.NoRoom+st.Evictions > 0),
		},
	)
	if err == nil {
		err = s.stop()
	}
	if left := temporaries(cache); left > 0 {
		f = append(f, figure{"0 stray temporaries", fmt.Sprint(left), false})
	}
	return f, err
}

// kept reports whether a new picture is a hit when it is asked for again.
func (l *load) kept(ctx context.Context, s *server) bool {
	path, err := l.path(l.next.Add(1))
	if err != nil {
		return false
	}
	var a instance.Answer
	for range 2 {
		if a, err = s.get(ctx, path); err != nil {
			return false
		}
		l.check(path, a)
	}
	return a.Header.Get("X-Cache") == "HIT"
}

// fullDisk lets somebody else fill the disk to its last byte and empty it again.
func fullDisk(ctx context.Context, r *rig) ([]figure, error) {
	filler := filepath.Join(r.dir, "somebody-else")
	return underTrouble(ctx, r, filepath.Join(r.dir, "cache"), true, func(ctx context.Context) error {
		f, err := os.Create(filler)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, zeros{})
		if errors.Is(err, unix.ENOSPC) {
			err = nil
		}
		pause(ctx, 300*time.Millisecond)
		return errors.Join(err, f.Close(), os.Remove(filler))
	}, "IMAGEKIT_CACHE_SIZE=1GiB")
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// readOnlyDisk mounts the disk read-only and writable in turns.
func readOnlyDisk(ctx context.Context, r *rig) ([]figure, error) {
	return underTrouble(ctx, r, filepath.Join(r.dir, "cache"), true, func(ctx context.Context) error {
		// While a file is open for writing the kernel refuses.
		err := eventually(context.WithoutCancel(ctx), "the disk is read-only", func() bool {
			return unix.Mount("", r.dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "") == nil
		})
		pause(ctx, 300*time.Millisecond)
		return errors.Join(err, unix.Mount("", r.dir, "", unix.MS_REMOUNT, ""))
	})
}

// removedDirectory removes the cache's directory with all that is in it.
func removedDirectory(ctx context.Context, r *rig) ([]figure, error) {
	cache := filepath.Join(r.dir, "cache")
	return underTrouble(ctx, r, cache, false, func(ctx context.Context) error {
		_ = os.RemoveAll(cache) // it fails when something is written meanwhile
		pause(ctx, 20*time.Millisecond)
		return nil
	})
}
