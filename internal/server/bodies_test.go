package server

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// inMemory returns a picture of that many bytes.
func inMemory(n int) *blob.Blob {
	return blob.New(bytes.Repeat([]byte("0123456789abcdef"), n/16), format.WebP, time.Now())
}

// inFile returns a picture of that many bytes that lies in a file, behind 100 others.
func inFile(t *testing.T, n int) *blob.Blob {
	t.Helper()
	b := inMemory(n)
	path := filepath.Join(t.TempDir(), "entry")
	if err := os.WriteFile(path, append(make([]byte, 100), b.Data...), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // the server has closed it
	b.File, b.Data = blob.NewFile(f, 100, int64(n)), nil
	return b
}

const mib = 1 << 20

// What bodies take together: each row is one body after the other, with the code it is refused with.
func TestBodiesAreBounded(t *testing.T) {
	shared, file := inMemory(mib), inFile(t, 50*mib)
	type step struct {
		client string
		b      *blob.Blob
		want   string // code; "" = there is room
	}
	many := func(n int, s step) []step {
		list := make([]step, n)
		for i := range list {
			list[i] = s
		}
		return list
	}
	for name, steps := range map[string][]step{
		"one client has a quarter": {{"a", inMemory(mib), ""}, {"a", inMemory(2 * mib), ""}, {"a", inMemory(mib), "rate_limited"}, {"b", inMemory(mib), ""}},
		"all have the whole": {
			{"a", inMemory(3 * mib), ""},
			{"b", inMemory(3 * mib), ""},
			{"c", inMemory(3 * mib), ""},
			{"d", inMemory(3 * mib), ""},
			{"e", inMemory(3 * mib), ""},
			{"f", inMemory(3 * mib), "overloaded"},
			{"f", inMemory(smallBody), ""},
		},
		"one of any size goes":          {{"a", inMemory(40 * mib), ""}, {"a", inMemory(mib), "rate_limited"}, {"b", inMemory(mib), "overloaded"}},
		"small ones are free":           append([]step{{"a", inMemory(40 * mib), ""}}, many(1000, step{"a", inMemory(smallBody), ""})...),
		"a shared one counts once":      append(many(10, step{"a", shared, ""}), step{"a", inMemory(mib), ""}),
		"files count by their sockets":  append(many(4*mib/socketShare, step{"a", file, ""}), step{"a", file, "rate_limited"}),
		"sockets count for shared ones": append(many(3*mib/socketShare, step{"a", shared, ""}), step{"a", shared, "rate_limited"}),
	} {
		t.Run(name, func(t *testing.T) {
			s := newBodies(16 * mib)
			var in []step
			for i, step := range steps {
				err, got := s.enter(step.client, step.b), ""
				if err != nil {
					got = fault.From(err).Kind.String()
				} else {
					in = append(in, step)
				}
				if got != step.want {
					t.Errorf("body %d: got %q (%v), want %q", i, got, err, step.want)
				}
			}
			for _, step := range in {
				s.leave(step.client, step.b)
			}
			if s.all.bytes != 0 || len(s.all.readers) != 0 || len(s.clients) != 0 {
				t.Errorf("when all have left, %d bytes of %d bodies and %d clients stay", s.all.bytes, len(s.all.readers), len(s.clients))
			}
		})
	}
}

// unread asks for a picture and reads nothing but the header. It returns the client's end of the connection.
func unread(t *testing.T, l pipes) (net.Conn, *http.Response) {
	t.Helper()
	client, server := net.Pipe()
	l <- server
	if _, err := io.WriteString(client, "GET "+signedURL(picture)+" HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReaderSize(client, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	return client, res
}

// Clients that do not read are cut off by the least rate and are refused more than their share meanwhile; what is small
// is not, nor what needs no body. By the clock of a bubble.
func TestUnreadAnswers(t *testing.T) {
	for name, make := range map[string]func(*testing.T, int) *blob.Blob{
		"memory": func(_ *testing.T, n int) *blob.Blob { return inMemory(n) }, "file": inFile,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(c *Config) { c.AnswerBytes, c.MinRate = 4*socketShare, 16<<10 })
				l := pipesOf(t, r)
				r.painter.blob = make(t, mib)
				first, _ := unread(t, l)
				defer first.Close()
				r.painter.blob = make(t, mib)
				second, res := unread(t, l)
				_ = second.Close()
				if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("ETag") != "" || res.Header.Get("Retry-After") == "" {
					t.Errorf("one more: status %d, header %v", res.StatusCode, res.Header)
				}
				r.painter.blob = nil
				third, res := unread(t, l)
				_ = third.Close()
				if res.StatusCode != http.StatusOK {
					t.Errorf("a small one: status %d", res.StatusCode)
				}
				time.Sleep(stallTime + sendPiece/(16<<10)*time.Second + time.Second)
				synctest.Wait()
				if a := r.Answers(); a.Bytes != 0 || a.Cut != 1 || a.Refused != 1 {
					t.Errorf("after the time for a piece: %+v, want it cut", a)
				}
				if !strings.Contains(r.log.String(), "IMAGEKIT_MIN_READ_RATE") {
					t.Errorf("the log does not tell why:\n%s", r.log)
				}
			})
		})
	}
}

// A client that reads slowly, but not too slowly, gets everything however long it takes.
func TestSlowReaderGetsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.painter.blob = inMemory(4 * mib)
		client, res := unread(t, pipesOf(t, r))
		defer client.Close()
		start, n := time.Now(), int64(0)
		for n < res.ContentLength {
			time.Sleep(15 * time.Second)
			m, err := io.CopyN(io.Discard, res.Body, min(128<<10, res.ContentLength-n))
			if n += m; err != nil {
				t.Fatalf("cut after %v and %d bytes: %v", time.Since(start), n, err)
			}
		}
	})
}

// pipesOf serves r on pipes until the test ends.
func pipesOf(t *testing.T, r *rig) pipes {
	l := make(pipes, 1)
	r.serveOn(t, corkListener{l})
	return l
}

// Through a real socket: a body in a file arrives whole, its file is closed, and the connection goes on. HEAD and 304 send
// none of it.
func TestBodiesFromFiles(t *testing.T) {
	r := newRig(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.serveOn(t, Listener(l))
	c := dial(t, l.Addr().String())
	in := bufio.NewReader(c)
	want := inMemory(3*mib + 16).Data
	var last *blob.Blob
	for _, tt := range []struct {
		method, field string
		status        int
		body          []byte
	}{
		{"GET", "", 200, want}, {"HEAD", "", 200, nil}, {"GET", "If-None-Match: *\r\n", 304, nil}, {"GET", "", 200, want},
	} {
		r.painter.blob = inFile(t, len(want))
		last = r.painter.blob
		if _, err := io.WriteString(c, tt.method+" "+signedURL(picture)+" HTTP/1.1\r\nHost: h\r\n"+tt.field+"\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(in, &http.Request{Method: tt.method})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != tt.status || !bytes.Equal(got, tt.body) {
			t.Errorf("%s %s: status %d, %d bytes, %v", tt.method, tt.field, res.StatusCode, len(got), err)
		}
	}
	r.painter.blob = nil // the answer to one more request comes when the one before is done
	if res := send(t, c, "GET", "GET "+signedURL(picture)+" HTTP/1.1\r\nHost: h\r\n\r\n"); res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	if a := r.Answers(); a.Bytes != 0 {
		t.Errorf("%d bytes stay counted", a.Bytes)
	}
	if _, err := last.File.Body(); err == nil {
		t.Error("the file is still open")
	}
}
