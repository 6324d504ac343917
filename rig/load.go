//go:build unix

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

// trial is one kind of load. It reports by verdict and returns whether all demands hold.
type trial struct {
	name string
	run  func(ctx context.Context, b *bed) (bool, error)
}

var trials = []trial{
	{"stampede", stampede},
	{"leader", leader},
	{"overload", overload},
	{"connections", connections},
	{"heads", heads},
	{"readers", readers},
	{"drain", drain},
}

// bed is what every trial gets: a fresh server and an origin.
type bed struct {
	*instance.Instance
	origin *origin
	length time.Duration // of the trials that go on for a while
	many   int           // connections
}

// load puts the service under loads that are larger than it can bear.
func load(ctx context.Context, args []string) error {
	set, binary := flags("load")
	only := set.String("only", "", "run this trial alone: stampede, leader, overload, connections, heads, readers or drain")
	length := set.Duration("t", time.Minute, "how long the overload lasts")
	many := set.Int("connections", 10_000, "kept-alive connections at once")
	if err := set.Parse(args); err != nil && !errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err := raiseFileLimit(); err != nil {
		return err
	}
	sound := true
	for _, t := range trials {
		if *only != "" && *only != t.name {
			continue
		}
		fmt.Println("==", t.name)
		ok, err := attempt(ctx, t, *binary, *length, *many)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		sound = sound && ok
	}
	if !sound {
		return errors.New("a demand was missed, see above")
	}
	return nil
}

// attempt runs one trial against a server of its own.
func attempt(ctx context.Context, t trial, binary string, length time.Duration, many int) (bool, error) {
	dir, err := os.MkdirTemp("", "imagekit-rig-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	o, err := newOrigin()
	if err != nil {
		return false, err
	}
	defer o.close()
	s, err := instance.Start(binary, dir, "IMAGEKIT_LOG=warn")
	if err != nil {
		return false, err
	}
	ok, err := t.run(ctx, &bed{Instance: s, origin: o, length: length, many: many})
	if s.Alive() {
		err = errors.Join(err, s.Stop())
	}
	return ok, err
}

// miss returns a signed URL that no cache holds.
func (b *bed) miss(n int) (string, error) {
	return b.URL(param.Pair{Name: "url", Value: fmt.Sprintf("%s/%d.jpg", b.origin.url, n)},
		param.Pair{Name: "w", Value: "320"})
}

// hit returns a signed URL that the cache holds.
func (b *bed) hit(ctx context.Context) (string, error) {
	url, err := b.miss(-1)
	if err != nil {
		return "", err
	}
	a, err := b.Get(ctx, url)
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("got %d %s", a.Status, a.Body)
	}
	return url, err
}
