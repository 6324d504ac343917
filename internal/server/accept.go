package server

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"

	"imagekit/internal/lograte"
)

// tellEvery is the least time between two lines about the same thing.
const tellEvery = time.Second

// TellAccept wraps l so that the log tells when connections cannot be accepted, as for want of descriptors. net/http tries
// again by itself, many times a second; one line a second is enough.
func TellAccept(l net.Listener, log *slog.Logger) net.Listener {
	return &toldListener{Listener: l, log: log, now: time.Now}
}

type toldListener struct {
	net.Listener
	log    *slog.Logger
	now    func() time.Time
	failed lograte.Limit
}

// Accept returns the next connection.
func (l *toldListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		l.tell(err)
	}
	return c, err
}

func (l *toldListener) tell(err error) {
	held, due := l.failed.Pass(l.now(), tellEvery)
	if !due {
		return
	}
	text := "connections cannot be accepted; they wait"
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		text = "out of file descriptors: connections wait to be accepted; raise the limit (LimitNOFILE=, ulimit -n), or " +
			"let fewer clients connect"
	}
	l.log.Warn(text, "error", err, "times", held+1)
}
