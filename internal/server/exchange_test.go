package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// Fields share one array, and none may reach into its neighbour, however many there are.
func TestFieldsStayApart(t *testing.T) {
	x := newExchange(httptest.NewRecorder(), get("/"), new(atomic.Bool))
	const fields = 2 * len(x.fields)
	for i := range fields {
		x.set(fmt.Sprintf("x-field-%d", i), "first")
	}
	for i := range fields {
		x.Header().Add(fmt.Sprintf("X-Field-%d", i), "second")
	}
	x.set("x-field-3", "last")
	for i := range fields {
		want := "[first second]"
		if i == 3 {
			want = "[last]"
		}
		if got := fmt.Sprint(x.Header()[fmt.Sprintf("X-Field-%d", i)]); got != want {
			t.Errorf("field %d: %s, want %s", i, got, want)
		}
	}
}

func TestExchangeCounts(t *testing.T) {
	w := httptest.NewRecorder()
	x := newExchange(w, get("/"), new(atomic.Bool))
	for range 2 {
		if _, err := x.Write([]byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	if x.status != http.StatusOK || x.bytes != 6 || w.Body.String() != "abcabc" {
		t.Errorf("status %d, %d bytes, body %q", x.status, x.bytes, w.Body)
	}
}
