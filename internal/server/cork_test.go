package server

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
)

// countConn counts what reaches the socket; it is no *net.TCPConn, so writev shows as one Write per part.
type countConn struct {
	net.Conn
	writes *[][]byte
}

func (c countConn) Write(b []byte) (int, error) {
	*c.writes = append(*c.writes, bytes.Clone(b))
	return c.Conn.Write(b)
}

func TestCorkHoldsShortWritesUntilTheLongOne(t *testing.T) {
	short, long := bytes.Repeat([]byte("h"), maxHeld), bytes.Repeat([]byte("b"), 9000)
	for _, c := range []struct {
		name   string
		corked bool
		parts  [][]byte
		before int // writes that reach the socket before uncork
	}{
		{"not corked", false, [][]byte{short, long}, 2},
		{"short then long", true, [][]byte{short, long}, 2},
		{"short alone", true, [][]byte{short}, 0},
		{"long alone", true, [][]byte{long}, 1},
		{"two short, then too much to hold", true, [][]byte{short[:100], short[:200], short}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			got := make(chan []byte)
			go func() {
				all, _ := io.ReadAll(theirs)
				got <- all
			}()
			var writes [][]byte
			conn := &corkConn{Conn: countConn{ours, &writes}, corked: c.corked}
			for _, p := range c.parts {
				if n, err := conn.Write(p); n != len(p) || err != nil {
					t.Fatalf("wrote %d of %d: %v", n, len(p), err)
				}
			}
			if len(writes) != c.before {
				t.Errorf("%d writes before uncork, want %d", len(writes), c.before)
			}
			if err := conn.uncork(); err != nil {
				t.Fatal(err)
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			if want := bytes.Join(c.parts, nil); !bytes.Equal(<-got, want) {
				t.Error("other bytes arrived than were written")
			}
		})
	}
}

// Through a real socket and a kept connection: answers of every size arrive whole, one after the other.
func TestCorkedAnswersArriveWhole(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int{0, 1, 3000, 4095, 4096, 4097, 8192, 50_000, 1 << 20}
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	h := &http.Server{
		ConnContext: new(Server).withConn,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var n int
			for i := range sizes {
				if r.URL.Path == "/"+string(rune('a'+i)) {
					n = sizes[i]
				}
			}
			if err := writeCorked(w, r, body[:n]); err != nil {
				t.Error(err)
			}
		}),
	}
	go func() { _ = h.Serve(Listener(l)) }()
	defer h.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 2 {
		for i, n := range sizes {
			resp, err := client.Get("http://" + l.Addr().String() + "/" + string(rune('a'+i)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || !bytes.Equal(got, body[:n]) {
				t.Errorf("%d bytes: got %d, %v", n, len(got), err)
			}
			_ = resp.Body.Close()
		}
	}
}

// A refused client reads the end of its answer while its own side is open.
func TestCorkedConnectionClosesByHalf(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := dial(t, l.Addr().String())
	ours, err := Listener(l).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	half, ok := ours.(interface{ CloseWrite() error }) // what net/http looks for
	if !ok {
		t.Fatal("net/http cannot close it by half")
	}
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the client read %d bytes, %v, want the end", n, err)
	}
}
