package disk

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"imagekit/internal/cache"
)

const childKeys = 8

// childSize is how many bytes the child writes under a key. It writes them in small pieces, so that a kill is
// likely to fall between two.
func childSize(key int) int { return 100_000 * (1 + key) }

// writeForever is the child's life: it writes entries and prints a line for each.
func writeForever(dir string) {
	s, err := Open(Config{Dir: dir, Limit: 1 << 30})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var entries [childKeys][][]byte
	for k := range entries {
		entries[k] = slices.Collect(slices.Chunk(content(fmt.Sprint(k), childSize(k)), 500))
	}
	for {
		k := rand.IntN(childKeys)
		if err := s.Put(context.Background(), key(k), entries[k]...); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("put", k)
	}
}

// TestKill ends a writing process the hard way, again and again: what is left must be whole entries only.
func TestKill(t *testing.T) {
	const kills = 20
	dir := t.TempDir()
	cut := 0
	for range kills {
		writeAndKill(t, dir, 1+rand.IntN(20))
		strays, err := filepath.Glob(dir + "/*/*" + tempEnd)
		if err != nil {
			t.Fatal(err)
		}
		cut += len(strays)
		s := open(t, dir, 1<<30)
		for k := range childKeys {
			got, err := s.Get(t.Context(), key(k))
			if err == nil && string(got) != string(content(fmt.Sprint(k), childSize(k))) {
				t.Errorf("entry %d has %d wrong bytes", k, len(got))
			}
		}
		for _, f := range files(t, dir) {
			if filepath.Ext(f) == tempEnd {
				t.Errorf("stray temporary after the scan: %s", filepath.Base(f))
			}
		}
	}
	t.Logf("%d of %d kills hit a write", cut, kills)
}

// writeAndKill runs a child until it has written n entries and sends it SIGKILL.
func writeAndKill(t *testing.T, dir string, n int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range n {
		if !lines.Scan() {
			t.Fatal("the child ended by itself")
		}
		if lines.Text()[:3] != "put" {
			t.Fatal(lines.Text())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
}

// BenchmarkPut is what keeping a result costs after it was made.
func BenchmarkPut(b *testing.B) {
	c := cache.New(open(b, b.TempDir(), 100<<20), nil, nil)
	blob := newBlob("a", 50_000)
	b.SetBytes(50_000)
	for i := 0; b.Loop(); i++ {
		keep(b, c, fmt.Sprint(i), blob)
	}
}
