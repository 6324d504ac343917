//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"imagekit/internal/testkit/instance"
)

// server is one running imagekit.
type server struct {
	*instance.Instance
	log   *journal
	ready time.Duration // from the start to the first 200 of /ready
}

// start runs the program with its cache in the directory and waits until it is ready. env overrides the environment.
func (r *rig) start(ctx context.Context, cache string, env ...string) (*server, error) {
	s, started := &server{log: newJournal()}, time.Now()
	env = append([]string{
		"IMAGEKIT_CACHE_DIR=" + cache, "IMAGEKIT_CACHE_SIZE=64MiB", "IMAGEKIT_CACHE_MIN_FREE=1",
		"IMAGEKIT_WORKERS=2", "IMAGEKIT_LOG=debug", "IMAGEKIT_LOG_FORMAT=json",
	}, env...)
	var err error
	if s.Instance, err = instance.Launch(exec.Command(r.binary, "serve"), s.log, env...); err != nil {
		return nil, err
	}
	s.Cache = cache
	line, err := s.log.await(ctx, "listening")
	if err == nil {
		s.Base = "http://" + line.Addr
		err = s.AwaitReady(ctx)
	}
	if err != nil {
		s.Kill()
		return nil, err
	}
	s.ready = time.Since(started)
	return s, nil
}

// stop ends the server by SIGTERM.
func (s *server) stop() error {
	if err := s.Stop(); err != nil {
		return fmt.Errorf("%w:\n%s", err, s.log)
	}
	return nil
}

// get asks for a path.
func (s *server) get(ctx context.Context, path string) (instance.Answer, error) {
	return s.Get(ctx, s.Base+path)
}

// stats is what /stats/cache tells of trouble.
type stats struct {
	Evictions   int64 `json:"evictions"`
	Corrupt     int64 `json:"corrupt"`
	NoRoom      int64 `json:"no_room"`
	ReadErrors  int64 `json:"read_errors"`
	WriteErrors int64 `json:"write_errors"`
}

func (s *server) stats(ctx context.Context) (st stats, err error) {
	a, err := s.get(ctx, "/stats/cache")
	if err == nil {
		err = json.Unmarshal(a.Body, &st)
	}
	return st, err
}

// verify runs "imagekit cache verify" and returns how many entries there are, and how many damaged.
func (r *rig) verify(ctx context.Context, cache string) (entries, damaged int, err error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, r.binary, "cache", "verify", "--json", "--cache-dir", cache)
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if _, ran := errors.AsType[*exec.ExitError](err); !ran {
			return 0, 0, err
		}
	}
	var v struct{ Entries, Damaged, Unreadable int }
	err = json.Unmarshal(out.Bytes(), &v)
	return v.Entries, v.Damaged + v.Unreadable, err
}
