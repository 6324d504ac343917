//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/param"
	"imagekit/internal/testkit/evilorigin"
	"imagekit/internal/testkit/instance"
)

const (
	fetchTimeout = 5 * time.Second
	allowance    = 300 * time.Millisecond // how much later than its timeout a request may end
	evilAtOnce   = 500
	maxGrown     = 384 << 20 // bytes: the default of IMAGEKIT_FETCH_BYTES, and half of it for the rest
	healthyTried = 1000      // requests, each with and without the evil ones
)

// evil lets five hundred requests at once run into origins that misbehave, in every mode, while others ask for sound
// pictures.
func evil(ctx context.Context, args []string) error {
	set, binary := flags("origin")
	_ = set.Parse(args) // it exits
	dir, err := os.MkdirTemp("", "imagekit-rig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bad, err := evilorigin.New()
	if err != nil {
		return err
	}
	defer bad.Close()
	good, err := newOrigin()
	if err != nil {
		return err
	}
	defer good.close()
	s, err := instance.Start(*binary, dir, "IMAGEKIT_FETCH_TIMEOUT="+fetchTimeout.String(), "IMAGEKIT_LOG=error")
	if err != nil {
		return err
	}
	sound, err := besiege(ctx, &bed{Instance: s, origin: good}, bad)
	if err = errors.Join(err, s.Stop(), ctx.Err()); err == nil && !sound {
		err = errors.New("a demand was missed, see above")
	}
	return err
}

// besiege measures sound requests alone and beside the evil ones.
func besiege(ctx context.Context, b *bed, bad *evilorigin.Origin) (bool, error) {
	var next atomic.Int64
	idle, err := b.Resident()
	if err != nil {
		return false, err
	}
	alone, err := b.healthy(ctx, &next)
	if err != nil {
		return false, err
	}
	siege, end := context.WithCancel(ctx)
	defer end()
	var mu sync.Mutex
	ends := map[string]*modeEnd{}
	var group sync.WaitGroup
	modes := evilorigin.Modes()
	for i := range evilAtOnce {
		group.Go(func() {
			// One request a client and timeout, evenly spread: what is tried is how many hang, not how fast this machine is.
			time.Sleep(time.Duration(i) * fetchTimeout / evilAtOnce)
			tick := time.NewTicker(fetchTimeout)
			defer tick.Stop()
			for n := i; siege.Err() == nil; n += evilAtOnce {
				m := modes[n%len(modes)]
				a, err := b.Signed(ctx, param.Pair{Name: "url", Value: bad.URL(m.Name)}, param.Pair{Name: "w", Value: "64"},
					param.Pair{Name: "v", Value: fmt.Sprint(n)})
				mu.Lock()
				if ends[m.Name] == nil {
					ends[m.Name] = &modeEnd{want: m.Ends.Row().Status}
				}
				ends[m.Name].add(a, err)
				mu.Unlock()
				select {
				case <-tick.C:
				case <-siege.Done():
				}
			}
		})
	}
	time.Sleep(fetchTimeout) // until the evil ones are all there
	beside, err := b.healthy(ctx, &next)
	end()
	group.Wait()
	if err != nil {
		return false, err
	}
	held, err := b.Resident()
	if err != nil {
		return false, err
	}
	return judge(len(modes), ends, alone, beside, held.Server-idle.Server), nil
}

// healthy asks for cold sound pictures, one after the other, and wants each of them.
func (b *bed) healthy(ctx context.Context, next *atomic.Int64) (*tally, error) {
	t := newTally()
	for range healthyTried {
		url, err := b.miss(int(next.Add(1)))
		if err != nil {
			return nil, err
		}
		a, err := b.Get(ctx, url)
		if err == nil && a.Status != http.StatusOK {
			err = fmt.Errorf("a sound picture got %d %s", a.Status, a.Body)
		}
		if err != nil {
			return nil, err
		}
		t.add(a, nil)
	}
	return t, nil
}

// modeEnd is how the requests for one mode ended.
type modeEnd struct {
	want, n, wrong int
	longest        time.Duration
	odd            []int
}

func (e *modeEnd) add(a instance.Answer, err error) {
	e.n++
	e.longest = max(e.longest, a.Took)
	// 503 says that one host has its share of the downloads, which is right with five hundred at once.
	if err != nil || a.Status != e.want && a.Status != http.StatusServiceUnavailable {
		e.wrong++
		if !slices.Contains(e.odd, a.Status) {
			e.odd = append(e.odd, a.Status)
		}
	}
}

func judge(modes int, ends map[string]*modeEnd, alone, beside *tally, grown int64) bool {
	asked, wrong, longest, slowest := 0, 0, time.Duration(0), ""
	for name, e := range ends {
		asked, wrong = asked+e.n, wrong+e.wrong
		if e.longest > longest {
			longest, slowest = e.longest, name
		}
		if e.wrong > 0 {
			fmt.Printf("        %s: %d of %d ended with %v, want %d\n", name, e.wrong, e.n, e.odd, e.want)
		}
	}
	ok := verdict(len(ends) == modes && modes >= 24, "ways to misbehave", fmt.Sprint(len(ends)),
		fmt.Sprintf("all %d, at least 24", modes))
	ok = verdict(wrong == 0, "requests that ended otherwise than documented", fmt.Sprintf("%d of %d", wrong, asked), "0") &&
		ok
	ok = verdict(longest <= fetchTimeout+allowance, "the longest of them",
		fmt.Sprintf("%v, %s", longest.Round(time.Millisecond), slowest), "≤ "+(fetchTimeout+allowance).String()) && ok
	a, b := alone.percentile(200, 99), beside.percentile(200, 99)
	ok = verdict(b <= 2*a, "sound cold requests, p99",
		fmt.Sprintf("%v, %v alone", b.Round(time.Millisecond), a.Round(time.Millisecond)), "at most twice") && ok
	return verdict(grown < maxGrown, "the server's memory, above idle", fmt.Sprintf("%d MiB", grown>>20),
		fmt.Sprintf("< %d MiB", maxGrown>>20)) && ok
}
