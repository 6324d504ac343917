package lru

import (
	"slices"
	"testing"
)

func TestCache(t *testing.T) {
	var gone []string
	c := New[string](10, func(v string) { gone = append(gone, v) })
	c.Put("a", "A", 4)
	c.Put("b", "B", 4)
	if v, ok := c.Get("a"); v != "A" || !ok {
		t.Fatalf("got %q, %t", v, ok)
	}
	c.Put("c", "C", 4) // b was used longest ago
	if c.Has("b") || !c.Has("a") || c.Cost() != 8 || c.Len() != 2 || c.Evicted() != 1 {
		t.Errorf("after c: b %t, a %t, cost %d, %d values, %d evicted", c.Has("b"), c.Has("a"), c.Cost(), c.Len(),
			c.Evicted())
	}
	c.Put("a", "A2", 2) // in place of A
	c.Remove("nothing")
	c.RemoveFunc(func(v string) bool { return v == "C" })
	if _, ok := c.Get("c"); ok || c.Cost() != 2 || !slices.Equal(gone, []string{"B", "A", "C"}) {
		t.Errorf("cost %d, gone %q", c.Cost(), gone)
	}
	c.Put("huge", "H", 11) // cannot be held: nothing is left
	if c.Len() != 0 || c.Cost() != 0 {
		t.Errorf("%d values of %d", c.Len(), c.Cost())
	}
}
