package main

import (
	"errors"
	"log/slog"
	"net/netip"
	"sync"

	"imagekit/internal/peercred"
)

// owner returns how the server asks whether a local caller's connection is its own user's or root's, nil where the
// system does not tell that, which is said once.
func owner(off bool, log *slog.Logger) func(peer, here netip.AddrPort) error {
	if !peercred.Supported {
		if !off {
			log.Warn("this system does not tell which user opened a connection, so every user of this machine counts as " +
				"local, and so does every proxy that adds no header and sends a loopback Host: with IMAGEKIT_LOCAL=off " +
				"only the sign token counts")
		}
		return nil
	}
	asker := peercred.New()
	var said sync.Once
	return func(peer, here netip.AddrPort) error {
		err := asker.Check(peer, here)
		if errors.Is(err, peercred.ErrUnknown) {
			said.Do(func() {
				log.Warn("the kernel does not tell which user opened a connection, so nobody counts as local: allow "+
					"AF_NETLINK or /proc/self/net, or set IMAGEKIT_SIGN_TOKEN", "error", err)
			})
		}
		return err
	}
}
