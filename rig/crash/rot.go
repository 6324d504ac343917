//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// rot damages every entry on the disk: none may be served, and "cache verify" and the server must find each.
func rot(ctx context.Context, r *rig) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	defer l.origin.close()
	n := r.sizes.Flipped + r.sizes.Truncated + r.sizes.Swapped
	cache := filepath.Join(r.dir, "cache")
	s, err := r.start(ctx, cache, "IMAGEKIT_CACHE_SIZE=1GiB")
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	for i := range n {
		path, err := l.path(int64(i))
		if err != nil {
			return nil, err
		}
		a, err := s.get(ctx, path)
		if err != nil {
			return nil, err
		}
		l.check(path, a)
		r.step(i+1, 2*n)
	}
	if err := s.stop(); err != nil {
		return nil, err
	}
	if err := damage(cache, r.sizes); err != nil {
		return nil, err
	}
	entries, found, err := r.verify(ctx, cache)
	if err != nil {
		return nil, err
	}
	if s, err = r.start(ctx, cache, "IMAGEKIT_CACHE_SIZE=1GiB"); err != nil {
		return nil, err
	}
	defer s.Kill()
	states, err := l.again(ctx, s)
	if err != nil {
		return nil, err
	}
	st, err := s.stats(ctx)
	if err == nil {
		err = s.stop()
	}
	r.step(2*n, 2*n)
	return append(
		l.figures(),
		figure{"all found by cache verify", fmt.Sprintf("%d of %d", found, entries), found == n && entries == n},
		figure{"all found by the server", fmt.Sprintf("%d of %d", st.Corrupt, n), st.Corrupt == int64(n)},
		figure{"0 served", fmt.Sprintf("%v", states), states["HIT"] == 0 && states["MISS"] == n},
	), err
}

// damage damages every entry of a cache: one bit flipped, cut short, or under the name of another.
func damage(cache string, how sizes) error {
	files, err := filepath.Glob(cache + "/??/????????????????????????????????????????????????????????????????")
	if err != nil || len(files) != how.Flipped+how.Truncated+how.Swapped {
		return fmt.Errorf("%d entries in the cache: %w", len(files), err)
	}
	rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		switch {
		case i < how.Flipped:
			bit := rand.IntN(8 * len(data))
			data[bit/8] ^= 1 << (bit % 8)
		case i < how.Flipped+how.Truncated:
			data = data[:rand.IntN(len(data))]
		case (i-how.Flipped-how.Truncated)%2 == 0:
			other, err := os.ReadFile(files[i+1])
			if err != nil {
				return err
			}
			if err := os.WriteFile(files[i+1], data, 0o640); err != nil {
				return err
			}
			data = other
		default:
			continue // swapped with the one before
		}
		if err := os.WriteFile(file, data, 0o640); err != nil {
			return err
		}
	}
	return nil
}
