package evilorigin

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"

	"imagekit/internal/fault"
)

// bombSize is what a bomb unpacks to, in bytes: more than any test or rig allows a source.
const bombSize = 32 << 20

// pack returns what reader brings in a coding: gzip, deflate or br.
func pack(coding string, r io.Reader) string {
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "br":
		w = brotli.NewWriterLevel(&b, 5)
	}
	_, err := io.Copy(w, r)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// bombs are bombSize bytes in each coding, and in one upon the other, made once.
var bombs = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, coding := range []string{"gzip", "deflate", "br"} {
		all[coding] = pack(coding, io.LimitReader(zeros{}, bombSize))
	}
	all["br, gzip"] = pack("gzip", strings.NewReader(all["br"]))
	// The inner one never says a byte.
	all["gzip, gzip"] = pack("gzip", strings.NewReader(strings.Repeat(pack("gzip", strings.NewReader("")), bombSize/16)))
	return all
})

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// coded is an answer that says it is in a coding.
func coded(coding, body string) string {
	return fmt.Sprintf("%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", ok, coding, len(body), body)
}

// bomb answers with what is larger unpacked.
func bomb(coding string) func(*conn) {
	return after(func(c *conn) { c.send(coded(coding, bombs()[coding])) })
}

// packed lists answers in content codings nobody asked for, which hurt whoever unpacks them.
func packed() []Mode {
	text := func(coding string) string {
		return pack(coding, strings.NewReader(strings.Repeat("not a picture ", 1000)))
	}
	return []Mode{
		{Name: "gzip-bomb", Ends: fault.SourceTooLarge, act: bomb("gzip")},
		{Name: "deflate-bomb", Ends: fault.SourceTooLarge, act: bomb("deflate")},
		{Name: "br-bomb", Ends: fault.SourceTooLarge, act: bomb("br")},
		{Name: "stacked-bomb", Ends: fault.SourceTooLarge, act: bomb("br, gzip")},
		{Name: "bomb-of-nothing", Ends: fault.SourceTooLarge, act: bomb("gzip, gzip")},
		{Name: "endless-gzip", Ends: fault.SourceTooLarge, act: after(func(c *conn) {
			c.send(ok + "Content-Encoding: gzip\r\n\r\n")
			c.flood(bombs()["gzip"])
		})},
		{Name: "gzip-cut", Ends: fault.OriginFailed, act: says(coded("gzip", text("gzip")[:40]))},
		{Name: "deflate-cut", Ends: fault.OriginFailed, act: says(coded("deflate", text("deflate")[:20]))},
		{Name: "br-cut", Ends: fault.OriginFailed, act: says(coded("br", text("br")[:10]))},
		{Name: "gzip-that-is-none", Ends: fault.OriginFailed, act: says(coded("gzip", "abc"))},
		{Name: "deflate-that-is-none", Ends: fault.OriginFailed, act: says(coded("deflate", "\xff\xff\xff\xff"))},
		{Name: "br-that-is-none", Ends: fault.OriginFailed, act: says(coded("br", strings.Repeat("\xff", 100)))},
		{
			Name: "gzip-wrong-checksum", Ends: fault.OriginFailed,
			act: says(coded("gzip", text("gzip")[:len(text("gzip"))-8]+"12345678")),
		},
		{Name: "many-codings", Ends: fault.OriginFailed, act: says(coded(strings.Repeat("gzip, ", 1000)+"br", "abc"))},
		{Name: "hang-in-gzip", Ends: fault.OriginTimeout, act: after(func(c *conn) {
			c.send(ok + "Content-Encoding: gzip\r\n\r\n" + text("gzip")[:30])
			c.hang()
		})},
		{
			Name: "close-in-br", Ends: fault.OriginFailed,
			act: says(ok + "Content-Encoding: br\r\nContent-Length: 1000\r\n\r\n" + text("br")[:10]),
		},
	}
}
