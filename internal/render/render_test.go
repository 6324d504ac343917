package render

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/flight"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/stage"
)

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.From(err).Kind != want {
		t.Fatalf("got error %v, want kind %v", err, want)
	}
}

func TestMissThenHit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		res, err := r.Render(t.Context(), request(100), format.WebP, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !isDrawn(res.Blob, format.WebP, 100, 50) || res.State != Miss {
			t.Errorf("got %q %v %v", res.Blob.Data, res.Blob.Format, res.State)
		}
		if res.Times[stage.Fetch] != time.Second || res.Times[stage.Encode] != time.Second {
			t.Errorf("got times %v", res.Times)
		}

		again, err := r.Render(t.Context(), request(100), format.WebP, nil)
		if err != nil || again.State != Hit || again.Blob != res.Blob {
			t.Errorf("got %+v, %v; want a hit", again, err)
		}
		if len(r.origin.fetched) != 1 || len(r.machine.jobs) != 1 {
			t.Errorf("%d fetches, %d jobs; want 1 and 1", len(r.origin.fetched), len(r.machine.jobs))
		}
		r.idle(t)
	})
}

func TestThousandAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var mu sync.Mutex
		states := map[State]int{}
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				res, err := r.Render(t.Context(), request(100), format.WebP, nil)
				if err != nil || !isDrawn(res.Blob, format.WebP, 100, 50) || res.Times[stage.Encode] != time.Second {
					t.Errorf("got %+v, %v", res, err)
				}
				mu.Lock()
				defer mu.Unlock()
				states[res.State]++
			})
		}
		wg.Wait()
		if len(r.origin.fetched) != 1 || len(r.machine.jobs) != 1 {
			t.Errorf("%d fetches, %d jobs; want 1 and 1", len(r.origin.fetched), len(r.machine.jobs))
		}
		if states[Miss] != 1 || states[Coalesced] != 999 {
			t.Errorf("got %v", states)
		}
		r.idle(t)
	})
}

// TestLeaderLeaves: the first of a thousand goes away while the source is downloaded, or while the result is made.
func TestLeaderLeaves(t *testing.T) {
	for _, after := range []time.Duration{0, 1500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			leaderCtx, leave := context.WithCancel(t.Context())
			leader := r.ask(leaderCtx, request(100))
			synctest.Wait()
			followers := make([]<-chan answer, 999)
			for i := range followers {
				followers[i] = r.ask(t.Context(), request(100))
			}
			time.Sleep(after)
			synctest.Wait()
			leave()
			a := <-leader
			wantKind(t, a.err, fault.ClientGone)
			for _, c := range followers {
				if a := <-c; a.err != nil || a.State != Coalesced {
					t.Fatalf("a follower got %+v", a)
				}
			}
			if len(r.origin.fetched) != 1 || len(r.machine.jobs) != 1 {
				t.Errorf("%d fetches, %d jobs; want 1 and 1", len(r.origin.fetched), len(r.machine.jobs))
			}
			r.idle(t)
		})
	}
}

func TestNobodyWaitsNothingRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, leave := context.WithCancel(t.Context())
		a, b := r.ask(ctx, request(100)), r.ask(ctx, request(50))
		synctest.Wait()
		leave()
		<-a
		<-b
		synctest.Wait()
		if len(r.machine.jobs) != 0 || len(r.memory.entries) != 0 {
			t.Errorf("%d jobs, %d entries; want none", len(r.machine.jobs), len(r.memory.entries))
		}
		r.idle(t)
	})
}

// TestFinishedWorkIsKept: a result that is made just as the last waiter leaves is not thrown away.
func TestFinishedWorkIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.machine.deaf = true
		ctx, leave := context.WithTimeout(t.Context(), 1500*time.Millisecond) // in the engine
		defer leave()
		a := <-r.ask(ctx, request(100))
		wantKind(t, a.err, fault.Timeout)
		time.Sleep(time.Second)
		if a := <-r.ask(t.Context(), request(100)); a.State != Hit {
			t.Errorf("got %+v, want a hit", a)
		}
		r.idle(t)
	})
}

// TestErrorsAreNotKept: after a failure of any stage, the next request tries again, of the origin's after a while.
func TestErrorsAreNotKept(t *testing.T) {
	tests := []struct {
		name string
		harm func(rig)
		heal func(rig)
		want fault.Kind
		rest time.Duration
	}{
		{
			"fetch", func(r rig) { r.origin.err = fault.New(fault.OriginFailed, "status 500") },
			func(r rig) { r.origin.err = nil }, fault.OriginFailed, brokenFor,
		},
		{
			"probe", func(r rig) { r.origin.body = []byte("<html>") },
			func(r rig) { r.origin.body = newRig(t).origin.body }, fault.NotAnImage, missingFor,
		},
		{
			"plan", func(r rig) { r.limits.Memory = 1 },
			func(r rig) { r.limits.Memory = 1 << 30 }, fault.TooMuchMemory, 0,
		},
		{
			"engine", func(r rig) { r.machine.err = fault.New(fault.DamagedImage, "cut short") },
			func(r rig) { r.machine.err = nil }, fault.DamagedImage, missingFor,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.origin.fresh = time.Minute
				tt.harm(r)
				failed, err := r.Render(t.Context(), request(100), format.WebP, nil)
				wantKind(t, err, tt.want)
				if failed.Blob != nil || failed.Times[stage.Fetch] != time.Second {
					t.Errorf("beside the error got %+v", failed)
				}
				if len(r.memory.entries) != 0 {
					t.Errorf("kept %v", r.memory.keys())
				}
				tt.heal(r)
				time.Sleep(tt.rest)
				res, err := r.Render(t.Context(), request(100), format.WebP, nil)
				if err != nil || res.State != Miss || len(r.origin.fetched) != 2 {
					t.Errorf("after healing got %+v, %v, %d fetches", res, err, len(r.origin.fetched))
				}
				r.idle(t)
			})
		})
	}
}

func TestHitNeedsNobody(t *testing.T) {
	r := newRig(t)
	kept := blob.New([]byte("kept"), format.WebP, time.Now())
	r.memory.entries[keyText(request(100), format.WebP, limits)] = kept
	busy := New(Config{Cache: r.memory, Limits: limits}) // whatever else a hit touched would panic
	halfClosed, cancel := context.WithCancel(t.Context())
	cancel()
	for name, ctx := range map[string]context.Context{"alive": t.Context(), "closed by half": halfClosed} {
		res, err := busy.Render(ctx, request(100), format.WebP, func() error { return errors.New("asked") })
		if err != nil || res.Blob != kept || res.State != Hit {
			t.Errorf("%s: got %+v, %v", name, res, err)
		}
	}
}

func TestAdmitStopsMissesOnly(t *testing.T) {
	r := newRig(t)
	_, err := r.Render(t.Context(), request(100), format.WebP,
		func() error { return fault.New(fault.RateLimited, "slow down") })
	wantKind(t, err, fault.RateLimited)
	if len(r.origin.fetched) != 0 {
		t.Error("fetched although not admitted")
	}
}

// TestOverloadIsRefusedAtOnce: a result that no worker would take costs no download, whoever asks for it.
func TestOverloadIsRefusedAtOnce(t *testing.T) {
	r := newRig(t)
	r.machine.full = fault.New(fault.Overloaded, "all workers are busy")
	_, err := r.Render(t.Context(), request(100), format.WebP, nil)
	wantKind(t, err, fault.Overloaded)
	if len(r.origin.fetched) != 0 {
		t.Error("fetched although nobody would have worked on it")
	}
	r.memory.entries[keyText(request(100), format.WebP, limits)] = blob.New([]byte("kept"), format.WebP, time.Now())
	if res, err := r.Render(t.Context(), request(100), format.WebP, nil); err != nil || res.State != Hit {
		t.Errorf("a hit got %+v, %v", res, err)
	}
}

func TestSecondLook(t *testing.T) {
	r := newRig(t)
	r.memory.late = blob.New([]byte("landed"), format.WebP, time.Now())
	res, err := r.Render(t.Context(), request(100), format.WebP, nil)
	if err != nil || res.Blob != r.memory.late || res.State != Hit || len(r.origin.fetched) != 0 {
		t.Errorf("got %+v, %v after %d fetches", res, err, len(r.origin.fetched))
	}
}

func TestParametersThatCannotBeAreNotFetched(t *testing.T) {
	r := newRig(t)
	req := request(8000)
	req.Params.Height, req.Params.Fit = 8000, param.Pad
	_, err := r.Render(t.Context(), req, format.WebP, nil)
	wantKind(t, err, fault.OutputTooLarge)
	if len(r.origin.fetched) != 0 {
		t.Error("fetched")
	}
}

func TestPanicReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.machine.panic = "out of planes"
		a, b := r.ask(t.Context(), request(100)), r.ask(t.Context(), request(100))
		for _, a := range []answer{<-a, <-b} {
			var p *flight.PanicError
			if !errors.As(a.err, &p) || p.Value != "out of planes" {
				t.Errorf("got %v", a.err)
			}
			if f := fault.From(a.err); f.Kind != fault.Internal || strings.Contains(f.Detail, "planes") {
				t.Errorf("public: %v %q", f.Kind, f.Detail)
			}
		}
		r.idle(t)
	})
}

func TestWorkHasItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.timeout = 1500 * time.Millisecond // the fetch takes 1 s, the engine another
		start := time.Now()
		_, err := r.Render(t.Context(), request(100), format.WebP, nil)
		wantKind(t, err, fault.Timeout)
		if took := time.Since(start); took != r.timeout {
			t.Errorf("took %v", took)
		}
		_, err = r.Upload(t.Context(), r.origin.body, param.Params{}, format.WebP)
		if err != nil {
			t.Errorf("upload: %v", err)
		}
		r.timeout = time.Millisecond
		_, err = r.Upload(t.Context(), r.origin.body, param.Params{}, format.WebP)
		wantKind(t, err, fault.Timeout)
		r.idle(t)
	})
}

func TestCallerLeavesAtItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := r.Render(ctx, request(100), format.WebP, nil)
		wantKind(t, err, fault.Timeout)
		synctest.Wait()
		r.idle(t)
	})
}

func TestUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		res, err := r.Upload(t.Context(), r.origin.body, param.Params{Width: 100}, format.Legacy)
		if err != nil {
			t.Fatal(err)
		}
		if !isDrawn(res.Blob, format.JPEG, 100, 50) || res.State != Miss || res.Times[stage.Encode] == 0 {
			t.Errorf("got %+v", res)
		}
		if r.memory.gets != 0 || len(r.memory.entries) != 0 || len(r.origin.fetched) != 0 {
			t.Error("an upload met the cache or the origin")
		}
		_, err = r.Upload(t.Context(), []byte("<html>"), param.Params{}, format.WebP)
		wantKind(t, err, fault.NotAnImage)
	})
}

func TestKeyText(t *testing.T) {
	base := request(100)
	change := func(f func(*param.Request)) param.Request { r := base; f(&r); return r }
	want := keyText(base, format.WebP, limits)
	same := map[string]param.Request{
		"expiry":            change(func(r *param.Request) { r.Expires = time.Unix(1, 0) }),
		"to be saved":       change(func(r *param.Request) { r.Download = "a.webp" }),
		"free":              change(func(r *param.Request) { r.Free = 1 }),
		"format as asked":   change(func(r *param.Request) { r.Params.Format = format.Auto }),
		"default quality":   change(func(r *param.Request) { r.Params.Quality = param.DefaultQuality }),
		"dpr of one":        change(func(r *param.Request) { r.Params.DPR = 1 }),
		"the request again": base,
	}
	for name, req := range same {
		if got := keyText(req, format.WebP, limits); got != want {
			t.Errorf("%s changes the key:\n%s\n%s", name, got, want)
		}
	}
	other := []string{want, keyText(base, format.AVIF, limits), keyText(base, format.Legacy, limits)}
	for _, req := range []param.Request{
		change(func(r *param.Request) { r.Source += "?" }),
		change(func(r *param.Request) { r.Version = "2" }),
		change(func(r *param.Request) { r.Params.Width = 101 }),
		change(func(r *param.Request) { r.Params.Quality = 81 }),
	} {
		other = append(other, keyText(req, format.WebP, limits))
	}
	slices.Sort(other)
	if n := len(slices.Compact(slices.Clone(other))); n != len(other) {
		t.Errorf("different requests share a key: %q", other)
	}
}
