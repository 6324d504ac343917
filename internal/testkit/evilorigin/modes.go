package evilorigin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/fault"
)

const (
	ok     = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
	sized  = ok + "Content-Length: 10000\r\n\r\n"
	chunks = ok + "Transfer-Encoding: chunked\r\n\r\n"
)

// Modes lists every mode by name.
func Modes() []Mode {
	all := hanging()
	for _, group := range [][]Mode{oversized(), malformed(), packed(), cut(), statuses(), redirects()} {
		all = append(all, group...)
	}
	slices.SortFunc(all, func(a, b Mode) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// after answers a request by a function.
func after(answer func(*conn)) func(*conn) {
	return func(c *conn) {
		c.request()
		answer(c)
	}
}

// says answers a request by a text and ends the connection.
func says(text string) func(*conn) {
	return after(func(c *conn) { c.send(text) })
}

// hanging lists origins that take their time.
func hanging() []Mode {
	then := func(text string, next func(*conn)) func(*conn) {
		return after(func(c *conn) {
			c.send(text)
			next(c)
		})
	}
	return []Mode{
		{Name: "hang-before-request", Ends: fault.OriginTimeout, act: (*conn).hang},
		{Name: "hang-before-header", Ends: fault.OriginTimeout, act: after((*conn).hang)},
		{Name: "hang-in-status", Ends: fault.OriginTimeout, act: then("HTTP/1.1 20", (*conn).hang)},
		{Name: "hang-in-header", Ends: fault.OriginTimeout, act: then(ok, (*conn).hang)},
		{Name: "hang-before-body", Ends: fault.OriginTimeout, act: then(sized, (*conn).hang)},
		{Name: "hang-in-body", Ends: fault.OriginTimeout, act: then(sized+"half", (*conn).hang)},
		{Name: "hang-in-chunk", Ends: fault.OriginTimeout, act: then(chunks+"ff\r\nhalf", (*conn).hang)},
		{Name: "hang-in-handshake", Ends: fault.OriginTimeout, tls: true, act: (*conn).hang},
		{Name: "trickle-header", Ends: fault.OriginTimeout, act: then(ok, func(c *conn) { c.trickle("X: y\r\n") })},
		{Name: "trickle-body", Ends: fault.OriginTimeout, act: then(sized, func(c *conn) { c.trickle("x") })},
		{Name: "trickle-chunks", Ends: fault.OriginTimeout, act: then(chunks, func(c *conn) { c.trickle("1\r\nx\r\n") })},
	}
}

// oversized lists origins that send or promise too much.
func oversized() []Mode {
	block := strings.Repeat("x", 32<<10)
	endless := func(head, unit string) func(*conn) {
		return after(func(c *conn) {
			c.send(head)
			c.flood(unit)
		})
	}
	return []Mode{
		{Name: "endless-body", Ends: fault.SourceTooLarge, act: endless(ok+"\r\n", block)},
		{Name: "endless-chunks", Ends: fault.SourceTooLarge, act: endless(chunks, "8000\r\n"+block+"\r\n")},
		{Name: "huge-length", Ends: fault.SourceTooLarge, act: says(ok + "Content-Length: 10000000000\r\n\r\n")},
		{Name: "endless-header", Ends: fault.OriginFailed, act: endless(ok, "X-Filler: "+block[:1000]+"\r\n")},
		{Name: "endless-header-line", Ends: fault.OriginFailed, act: endless(ok+"X-Filler: ", block)},
		{Name: "10-mb-header", Ends: fault.OriginFailed, act: says(
			ok + "X-Filler: " + strings.Repeat(block, 320) + "\r\nContent-Length: 1\r\n\r\nx")},
		{Name: "endless-chunk-extension", Ends: fault.OriginFailed, act: endless(chunks+"8;", block)},
		{
			Name: "endless-trailer", Ends: fault.OriginFailed,
			act: endless(chunks+"1\r\nx\r\n0\r\n", "X: "+block[:1000]+"\r\n"),
		},
		{Name: "endless-interim", Ends: fault.OriginFailed, act: endless("", "HTTP/1.1 100 Continue\r\n\r\n")},
	}
}

// malformed lists answers that are not HTTP, or that say two things.
func malformed() []Mode {
	return []Mode{
		{
			Name: "two-lengths", Ends: fault.OriginFailed,
			act: says(ok + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
		},
		{Name: "negative-length", Ends: fault.OriginFailed, act: says(ok + "Content-Length: -1\r\n\r\nabc")},
		{Name: "length-no-number", Ends: fault.OriginFailed, act: says(ok + "Content-Length: many\r\n\r\nabc")},
		{
			Name: "length-overflow", Ends: fault.OriginFailed,
			act: says(ok + "Content-Length: 99999999999999999999\r\n\r\nabc"),
		},
		{Name: "bad-chunk-size", Ends: fault.OriginFailed, act: says(chunks + "zz\r\nabc\r\n0\r\n\r\n")},
		{Name: "negative-chunk", Ends: fault.OriginFailed, act: says(chunks + "-4\r\nabcd\r\n0\r\n\r\n")},
		{Name: "chunk-overflow", Ends: fault.OriginFailed, act: says(chunks + "fffffffffffffffff\r\nabc\r\n0\r\n\r\n")},
		{Name: "chunk-longer-than-said", Ends: fault.OriginFailed, act: says(chunks + "3\r\nabcdef\r\n0\r\n\r\n")},
		{
			Name: "unknown-transfer-coding", Ends: fault.OriginFailed,
			act: says(ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		},
		{Name: "garbage", Ends: fault.OriginFailed, act: says("\x00\xff\xd8 this is no HTTP\r\n\r\n")},
		{Name: "garbage-status", Ends: fault.OriginFailed, act: says("HTTP/1.1 twohundred OK\r\n\r\n")},
		{Name: "four-digit-status", Ends: fault.OriginFailed, act: says("HTTP/1.1 2000 OK\r\n\r\nabc")},
		{Name: "http-9", Ends: fault.OriginFailed, act: says("HTTP/9 200 OK\r\n\r\nabc")},
		{Name: "header-without-colon", Ends: fault.OriginFailed, act: says(ok + "no colon here\r\n\r\nabc")},
		{Name: "nul-in-header", Ends: fault.OriginFailed, act: says(ok + "X-A\x00B: y\r\n\r\nabc")},
		{Name: "plain-on-tls", Ends: fault.OriginFailed, tls: true, act: func(c *conn) {
			c.send("HTTP/1.1 400 Bad Request\r\n\r\n")
			c.hang()
		}},
	}
}

// cut lists origins that go away too early.
func cut() []Mode {
	reset := func(text string) func(*conn) {
		return after(func(c *conn) {
			c.send(text)
			c.reset()
		})
	}
	return []Mode{
		{Name: "close-at-once", Ends: fault.OriginFailed, act: func(*conn) {}},
		{Name: "close-before-header", Ends: fault.OriginFailed, act: says("")},
		{Name: "close-in-header", Ends: fault.OriginFailed, act: says(ok)},
		{Name: "close-in-body", Ends: fault.OriginFailed, act: says(sized + "half")},
		{Name: "close-in-chunk", Ends: fault.OriginFailed, act: says(chunks + "ff\r\nhalf")},
		{Name: "no-last-chunk", Ends: fault.OriginFailed, act: says(chunks + "4\r\nhalf\r\n")},
		{Name: "reset-at-once", Ends: fault.OriginFailed, act: (*conn).reset},
		{Name: "reset-before-header", Ends: fault.OriginFailed, act: reset("")},
		{Name: "reset-in-body", Ends: fault.OriginFailed, act: reset(sized + "half")},
		{Name: "close-in-handshake", Ends: fault.OriginFailed, tls: true, act: func(*conn) {}},
	}
}

// statuses lists answers that are no source.
func statuses() []Mode {
	var all []Mode
	for code, ends := range map[int]fault.Kind{
		201: fault.OriginFailed, 204: fault.OriginFailed, 206: fault.OriginFailed, 300: fault.OriginFailed,
		304: fault.OriginFailed, 400: fault.OriginFailed, 401: fault.OriginFailed, 403: fault.OriginFailed,
		404: fault.SourceNotFound, 410: fault.SourceNotFound, 429: fault.OriginFailed, 500: fault.OriginFailed,
		503: fault.OriginFailed, 999: fault.OriginFailed,
	} {
		all = append(all, Mode{
			Name: "status-" + strconv.Itoa(code), Ends: ends,
			act: says(fmt.Sprintf("HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\n\r\n", code)),
		})
	}
	return append(all, Mode{
		Name: "status-101", Ends: fault.OriginFailed,
		act: says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
	})
}

// redirects lists origins that send the client elsewhere.
func redirects() []Mode {
	to := func(location string) func(*conn) {
		return says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n")
	}
	modes := []Mode{
		{Name: "redirect-loop", Ends: fault.OriginFailed, act: to("/redirect-loop.jpg")},
		{Name: "redirect-chain", Ends: fault.OriginFailed, act: func(c *conn) {
			n, _ := strconv.Atoi(strings.Trim(c.request(), "/"))
			if n == 20 { // never reached by a client that stops in time
				c.send(ok + "Content-Length: 1\r\n\r\nx")
				return
			}
			c.send(fmt.Sprintf("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n", n+1))
		}},
		{Name: "redirect-nowhere", Ends: fault.OriginFailed, act: says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")},
		{Name: "redirect-10-kb", Ends: fault.OriginFailed, act: to("/" + strings.Repeat("a", 10<<10))},
		{Name: "redirect-control", Ends: fault.OriginFailed, act: to("/a\x01b")},
		{Name: "redirect-bad-escape", Ends: fault.OriginFailed, act: to("/%zz")},
		{Name: "redirect-no-host", Ends: fault.OriginFailed, act: to("http:///a.jpg")},
		{Name: "redirect-opaque", Ends: fault.OriginFailed, act: to("http:a.jpg")},
		{Name: "redirect-user-info", Ends: fault.OriginFailed, act: to("http://u:p@127.0.0.1/a.jpg")},
	}
	for name, location := range map[string]string{
		"file": "file:///etc/passwd", "gopher": "gopher://127.0.0.1/x", "data": "data:image/png;base64,AAAA",
		"unix": "unix:///run/x.sock", "metadata": "http://169.254.169.254/latest/meta-data/",
		"private": "http://10.0.0.1/a.jpg", "mapped": "http://[::ffff:10.0.0.1]/a.jpg", "zero": "http://0.0.0.0/",
		"crlf": "http://10.0.0.1/%0d%0aX: y", "header-after": "//10.0.0.1/\r\nX-Injected: y",
	} {
		modes = append(modes, Mode{Name: "redirect-" + name, Ends: fault.SourceForbidden, act: to(location)})
	}
	return modes
}
