//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

func (m *machine) version(ctx context.Context) error {
	if err := m.boot(ctx); err != nil {
		return err
	}
	text, err := m.run(ctx, "version")
	if err == nil && (!strings.Contains(text, "windows/amd64") || !strings.Contains(text, "libwebp")) {
		err = fmt.Errorf("it says %q", text)
	}
	return err
}

func (m *machine) begins(context.Context) error { return m.serve() }

// picture asks for a sample and wants it made, or for an outcome of the cache when one is named.
func (m *machine) picture(ctx context.Context, source string, width int, format string) (instance.Answer, error) {
	a, err := m.server.Signed(ctx, param.Pair{Name: "url", Value: "sample:" + source},
		param.Pair{Name: "w", Value: strconv.Itoa(width)}, param.Pair{Name: "f", Value: format})
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("%s as %s: status %d: %s", source, format, a.Status, a.Body)
	}
	return a, err
}

// magic is how each format begins, or goes on after four bytes.
var magic = map[string]string{"jpeg": "\xff\xd8\xff", "png": "\x89PNG", "webp": "RIFF", "avif": "ftypavif"}

func (m *machine) formats(ctx context.Context) error {
	for _, format := range []string{"jpeg", "png", "webp", "avif"} {
		for _, source := range []string{"photo", "portrait", "drawing"} {
			first, err := m.picture(ctx, source, 320, format)
			if err != nil {
				return err
			}
			if !bytes.Contains(first.Body[:min(12, len(first.Body))], []byte(magic[format])) {
				return fmt.Errorf("%s as %s: %d bytes that begin with %q", source, format, len(first.Body),
					first.Body[:min(12, len(first.Body))])
			}
			again, err := m.picture(ctx, source, 320, format)
			if err != nil {
				return err
			}
			if !bytes.Equal(again.Body, first.Body) {
				return fmt.Errorf("%s as %s: the second answer differs", source, format)
			}
		}
	}
	return nil
}

// outlives kills workers while they work, and wants answers of the statuses that are meant for that, and then pictures.
func (m *machine) outlives(ctx context.Context) error {
	killed, refused := 0, 0
	for i := range 10 {
		answers := make(chan error, 1)
		go func() {
			a, err := m.server.Signed(ctx, param.Pair{Name: "url", Value: "sample:photo"},
				param.Pair{Name: "w", Value: strconv.Itoa(1000 + i)}, param.Pair{Name: "f", Value: "avif"})
			if err == nil && a.Status != http.StatusOK && a.Status != http.StatusServiceUnavailable &&
				a.Status != http.StatusUnprocessableEntity {
				err = fmt.Errorf("status %d: %s", a.Status, a.Body)
			}
			if a.Status != http.StatusOK {
				refused++
			}
			answers <- err
		}()
		time.Sleep(time.Duration(i) * 100 * time.Millisecond) // so that some are at each stage
		pids, err := m.workers()
		if err != nil {
			return err
		}
		for _, pid := range pids {
			killed++
			if err := kill(pid); err != nil {
				return err
			}
		}
		if err := <-answers; err != nil {
			return err
		}
	}
	if killed == 0 || refused == 0 {
		return fmt.Errorf("%d workers were found to be killed, %d of them in the middle of a job: nothing was tried", killed,
			refused)
	}
	_, err := m.picture(ctx, "photo", 400, "jpeg")
	return err
}

// bound is the size of the cache while it is filled.
const bound = 1 << 20

// fills asks for more than the cache may hold, several at once and each picture twice, so that entries are replaced,
// read and removed at the same time.
func (m *machine) fills(ctx context.Context) error {
	m.server.Kill()
	if err := m.serve(fmt.Sprintf("IMAGEKIT_CACHE_SIZE=%d", bound)); err != nil {
		return err
	}
	const clients = 4
	wrong := make(chan error, clients)
	for c := range clients {
		go func() {
			for i := range 60 {
				if _, err := m.picture(ctx, "photo", 200+(c%2)*60+i, "jpeg"); err != nil {
					wrong <- err
					return
				}
			}
			wrong <- nil
		}()
	}
	var err error
	for range clients {
		err = errors.Join(err, <-wrong)
	}
	if err != nil {
		return err
	}
	return await(ctx, "the cache keeps its bound", func() (bool, error) {
		_, size, err := m.strays()
		return size <= bound, err
	})
}

// restarts kills the server in the middle of its work, several times: its workers end with it, and the next one starts on
// the same cache.
func (m *machine) restarts(ctx context.Context) error {
	for i := range 3 {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = m.picture(ctx, "photo", 1200+i, "avif") // its server ends
		}()
		if err := await(ctx, "workers", func() (bool, error) {
			pids, err := m.workers()
			return len(pids) > 0, err
		}); err != nil {
			return err
		}
		m.server.Kill()
		<-gone
		if err := m.noWorkers(ctx); err != nil {
			return err
		}
		if err := m.serve(); err != nil {
			return err
		}
		if _, err := m.picture(ctx, "photo", 320, "jpeg"); err != nil {
			return err
		}
	}
	return nil
}

// purges removes what was made of a source, while a server has it in use.
func (m *machine) purges(ctx context.Context) error {
	text, err := m.run(ctx, "cache", "verify", "--cache-dir", windowsPath(m.cache()))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if _, err := m.run(ctx, "cache", "purge", "--cache-dir", windowsPath(m.cache()), "sample:photo"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(m.cache(), "purged")); err != nil {
		return err
	}
	_, err = m.picture(ctx, "photo", 320, "jpeg")
	return err
}

// leavesNothing starts once more, so that the scan of the cache removes what killed servers left, and looks.
func (m *machine) leavesNothing(ctx context.Context) error {
	m.server.Kill()
	if err := m.serve(); err != nil {
		return err
	}
	err := await(ctx, "nothing is left of killed servers", func() (bool, error) {
		strays, _, err := m.strays()
		return len(strays) == 0, err
	})
	if err != nil {
		strays, _, _ := m.strays()
		return fmt.Errorf("%w: %v", err, strays)
	}
	m.server.Kill()
	return m.noWorkers(ctx)
}
