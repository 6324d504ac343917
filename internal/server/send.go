package server

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
)

// stallTime is what a client may lose in each piece beside Config.MinRate: by a network that is away for a moment.
const stallTime = 10 * time.Second

// sendPicture sends status, header and body of a picture; HEAD gets the header alone.
func (s *Server) sendPicture(x *exchange, b *blob.Blob) error {
	if b.File == nil {
		return s.write(x, http.StatusOK, b.Data)
	}
	if !s.head(x, http.StatusOK, b.Len()) {
		return nil
	}
	return s.sent(s.sendFile(x, b.File))
}

// write sends status and body; HEAD gets the header alone.
func (s *Server) write(x *exchange, status int, body []byte) error {
	if !s.head(x, status, int64(len(body))) {
		return nil
	}
	if len(body) <= smallBody {
		return s.sent(writeCorked(x, x.r, body))
	}
	return s.sent(s.sendBytes(x, body))
}

// head sends the header and reports whether a body follows.
func (s *Server) head(x *exchange, status int, length int64) bool {
	x.set("Content-Length", strconv.FormatInt(length, 10))
	x.WriteHeader(status)
	return x.r.Method != http.MethodHead
}

func (s *Server) sendBytes(x *exchange, body []byte) error {
	for piece := range slices.Chunk(body, sendPiece) {
		s.allow(x, int64(len(piece)))
		if err := writeCorked(x, x.r, piece); err != nil {
			return err
		}
	}
	return nil
}

// sendFile lets the kernel send the file: it never comes to this process.
func (s *Server) sendFile(x *exchange, f *blob.File) error {
	body, err := f.Body()
	if err != nil {
		return err
	}
	for left := f.Len(); left > 0; {
		n := min(left, sendPiece)
		if left-n < maxHeld {
			n = left // net/http would keep a short rest in its buffer
		}
		s.allow(x, n)
		if err := writeFrom(x, x.r, body, n); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// allow gives the client the time for so many bytes that the least rate allows. What does not know deadlines, as in
// tests, goes without.
func (s *Server) allow(x *exchange, bytes int64) {
	end := time.Now().Add(stallTime + time.Duration(bytes)*time.Second/time.Duration(s.MinRate))
	_ = http.NewResponseController(x).SetWriteDeadline(end)
}

// sent tells how sending a body ended.
func (s *Server) sent(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errCutFile):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.bodies.cut.Add(1)
		return fault.Wrap(fault.ClientGone, err, "the client read less than %d bytes a second (IMAGEKIT_MIN_READ_RATE)",
			s.MinRate)
	}
	return fault.Wrap(fault.ClientGone, err, "the client closed the connection")
}
