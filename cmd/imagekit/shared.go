package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/bulkhead"
	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/object"
	"imagekit/internal/cache/purge"
	"imagekit/internal/cache/tier"
	"imagekit/internal/opt"
	"imagekit/internal/settings"
)

// shared is what this instance has in common with others. A nil one is alone.
type shared struct {
	tier   *tier.Tier
	purges *purge.Shared
}

// startPatience is how long the start waits for a store of shared results.
const startPatience = 5 * time.Second

// openShared returns what IMAGEKIT_RESULTS names, nil where it is not set. What an operator has to set right is an error, a
// store that cannot be reached now is not.
func openShared(s *settings.Settings, purges *purge.Log, log *slog.Logger) (*shared, error) {
	if s.Results == "" {
		return nil, nil
	}
	open := openBucket
	if strings.HasPrefix(s.Results, "file:") {
		open = openFolderOf
	}
	c, board, away, err := open(s.Results, log)
	if err != nil {
		return nil, usageError{fmt.Errorf("IMAGEKIT_RESULTS: %w", err)}
	}
	v := &shared{purges: purge.Share(purges, board, log)}
	c.Current, c.Logger = v.purges.Current, log
	v.tier = tier.New(c)
	if away != nil {
		v.tier.Degraded(away)
	}
	log.Info("results are shared", "store", c.Name)
	return v, nil
}

// openBucket opens a bucket and sees whether it can be used. away tells why it cannot be reached now.
func openBucket(text string, _ *slog.Logger) (c tier.Config, board purge.Board, away, err error) {
	if !strings.HasPrefix(text, "s3://") && !strings.HasPrefix(text, "gs://") {
		return c, nil, nil, errors.New("want s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or file:///DIRECTORY")
	}
	where, err := object.Parse(text)
	if err != nil {
		return c, nil, nil, err
	}
	store, err := object.Open(where)
	if err != nil {
		return c, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	away = store.Probe(ctx)
	if errors.Is(away, object.ErrSetting) {
		return c, nil, nil, errors.Join(fmt.Errorf("%s: %w", where, away), store.Close())
	}
	return tier.Config{Store: store, Name: where.String()}, store, away, nil
}

// openFolderOf opens a folder that instances share: a cache directory like any other, with notes of purges beside.
func openFolderOf(text string, log *slog.Logger) (c tier.Config, board purge.Board, away, err error) {
	dir, size, err := parseFolder(text)
	if err != nil {
		return c, nil, nil, err
	}
	store, err := bulkhead.Call(bulkhead.New(1, startPatience), func() (*disk.Store, error) {
		if _, err := disk.Look(dir); err != nil {
			return nil, err // a mount that is missing must not be made a folder of this machine
		}
		if size == 0 {
			size = disk.DefaultLimit(dir)
		}
		return disk.Open(disk.Config{Dir: filepath.Join(dir, "results"), Limit: size, Logger: log})
	})
	if err != nil {
		return c, nil, nil, fmt.Errorf("%s: want a directory that exists, to write to: %w", dir, err)
	}
	return tier.Config{Store: store, Name: text}, purge.NewFolder(filepath.Join(dir, "purges")), nil, nil
}

// parseFolder reads file:///DIRECTORY?size=100GiB.
func parseFolder(text string) (dir string, size int64, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") || u.Fragment != "" {
		return "", 0, errors.New("want file:///DIRECTORY with three slashes, maybe with ?size=100GiB")
	}
	for name, values := range u.Query() {
		if name != "size" || len(values) != 1 {
			return "", 0, errors.New("want size alone behind the ?, as in file:///mnt/shared?size=100GiB")
		}
		if err := (opt.Option{Name: "size", To: settings.Size(&size)}).Parse(values[0]); err != nil {
			return "", 0, err
		}
	}
	return filepath.FromSlash(u.Path), size, nil
}

// behind puts what is shared behind a cache, and returns how to look there; nil where nothing is shared.
func (v *shared) behind(c *cache.Cache) func(context.Context, string) (*blob.Blob, bool) {
	if v == nil {
		return nil
	}
	c.Shared = v.tier
	return c.Climb
}

// state returns what tells /ready how the store of shared results does; nil where nothing is shared.
func (v *shared) state() func() string {
	if v == nil {
		return nil
	}
	return func() string {
		if v.tier.Away() {
			return "away"
		}
		return "ok"
	}
}

// stats returns the counters of the tier, zeros where nothing is shared.
func (v *shared) stats() tier.Stats {
	if v == nil {
		return tier.Stats{}
	}
	return v.tier.Stats()
}

// close writes what waits until ctx ends.
func (v *shared) close(ctx context.Context) error {
	if v == nil {
		return nil
	}
	v.purges.Close()
	return v.tier.Close(ctx)
}
