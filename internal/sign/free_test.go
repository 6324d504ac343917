package sign

import (
	"os"
	"strings"
	"testing"

	"imagekit/internal/param"
)

// TestFreeVectors holds the published vectors of signatures with free, one a line: the query without sig, its canonical
// text, the signature by the secret local-dev-secret, and what it shows.
func TestFreeVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/free_vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := os.ReadFile("../../docs/parameters.md")
	if err != nil {
		t.Fatal(err)
	}
	k, n := New([]byte(secret)), 0
	for line := range strings.Lines(string(text)) {
		n++
		fields := strings.SplitN(strings.TrimSpace(line), " ", 4)
		query, canonical, sig, name := fields[0], fields[1], fields[2], fields[3]
		t.Run(name, func(t *testing.T) {
			q, err := param.Split(query)
			if err != nil {
				t.Fatal(err)
			}
			if q.Canonical() != canonical || q.Spelling() != query {
				t.Errorf("canonical %s, spelling %s, want %s and %s", q.Canonical(), q.Spelling(), canonical, query)
			}
			if got := k.Sign(q.Canonical()); got != sig {
				t.Errorf("Sign = %s, want %s", got, sig)
			}
			if !strings.Contains(string(reference), query) || !strings.Contains(string(reference), sig) {
				t.Error("it is not in docs/parameters.md")
			}
		})
	}
	if n < 4 {
		t.Errorf("%d vectors, want 4 or more", n)
	}
}
