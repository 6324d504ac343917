package server

import (
	"bufio"
	"errors"
	"net/http"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// list bounds a body that has a query on each line.
type list struct{ lines, bytes int }

// read gives each line of the body of x to do, with its number. The first that is refused refuses them all.
func (l list) read(x *exchange, do func(n int, query string) error) error {
	lines := bufio.NewScanner(http.MaxBytesReader(x.ResponseWriter, x.r.Body, int64(l.bytes)))
	lines.Buffer(nil, param.MaxQuery+len("\r\n"))
	n := 0
	for lines.Scan() {
		if n == l.lines {
			return fault.New(fault.BadQuery, "want at most %d lines", l.lines)
		}
		n++
		if err := do(n, lines.Text()); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fault.New(fault.BadQuery, "line %d has more than %d bytes", n+1, param.MaxQuery)
	case err != nil:
		return fault.Wrap(fault.BadQuery, err, "want at most %d bytes, all of them", l.bytes)
	case n == 0:
		return fault.New(fault.BadQuery, "want one query on each line, as url=…, got none")
	}
	return nil
}
