//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"imagekit/internal/testkit/instance"
)

const crowd = 1000 // clients that ask for one cold picture at once

// stampede: a thousand clients ask for one cold picture.
func stampede(ctx context.Context, b *bed) (bool, error) {
	return b.crowd(ctx, func(int) context.Context { return ctx }, crowd)
}

// leader: the same, and the client that came first leaves while the origin takes its time.
func leader(ctx context.Context, b *bed) (bool, error) {
	first, leave := context.WithCancel(ctx)
	defer leave()
	time.AfterFunc(300*time.Millisecond, leave)
	return b.crowd(ctx, func(i int) context.Context {
		if i == 0 {
			return first
		}
		return ctx
	}, crowd-1)
}

// crowd lets everybody ask for one picture and wants that many answers, one download and one transform.
func (b *bed) crowd(ctx context.Context, of func(i int) context.Context, want int) (bool, error) {
	b.origin.delay.Store(int64(time.Second)) // so that all of them are there before the first is answered
	url, err := b.miss(0)
	if err != nil {
		return false, err
	}
	answers := make([]instance.Answer, crowd)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i], _ = b.Get(of(i), url) }) // no answer is counted as none
		if i == 0 {
			time.Sleep(50 * time.Millisecond) // the leader shall be the first
		}
	}
	group.Wait()
	good, misses := 0, 0
	for _, a := range answers {
		if a.Status == http.StatusOK {
			good++
		}
		if a.Header.Get("X-Cache") == "MISS" {
			misses++
		}
	}
	ok := verdict(good == want, "answered with the picture", fmt.Sprint(good), fmt.Sprint(want))
	ok = verdict(b.origin.asked.Load() == 1, "downloads from the origin", fmt.Sprint(b.origin.asked.Load()), "1") && ok
	transforms := misses + crowd - want // the one who has left had a MISS coming, everybody else is told COALESCED
	return verdict(transforms == 1, "transforms", fmt.Sprint(transforms), "1") && ok, ctx.Err()
}
