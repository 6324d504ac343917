// Package peercred tells whose a TCP connection of this machine is: the user of the socket at its other end. The kernel
// knows it and tells everybody, without privileges; the peer has no say.
package peercred

import (
	"errors"
	"fmt"
	"net/netip"
)

// overflowUser is the user that the kernel shows instead of one that the asker's user namespace does not have
// (/proc/sys/kernel/overflowuid). It stands for anybody.
const overflowUser = 65534

// root may do everything anyway.
const root = 0

// What is wrong with a connection. ErrUnknown is the asker's trouble, the others are the peer's.
var (
	ErrUnknown = errors.New("the kernel does not tell whose the caller's connection is")
	ErrNone    = errors.New("the caller's connection ends at no socket of this machine")
	ErrOrphan  = errors.New("the caller closed its connection, so that it has no owner any more")
	ErrOther   = errors.New("the caller's connection belongs to another user")
)

// entry is what the kernel says of one socket.
type entry struct {
	local, remote netip.AddrPort
	user, inode   uint32
}

// is reports whether e is the socket at that end of a connection. A socket of IPv6 may hold an IPv4 connection.
func (e entry) is(local, remote netip.AddrPort) bool {
	return plain(e.local) == plain(local) && plain(e.remote) == plain(remote)
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// Asker asks the kernel. The zero value knows nobody; New returns one that does.
type Asker struct {
	self uint32 // whose connections are good, beside root's
	// The two ways to ask, the quick one first. Each returns the socket with its own address local and the other end
	// remote, ErrNone when there is none, and something else when it cannot tell.
	ways []func(local, remote netip.AddrPort) (entry, error)
}

// Check returns nil when the connection from peer to here was made by the user of this process or by root, and else why
// it does not count: one of the errors of this package.
//
// A socket that nobody holds any more has the inode 0 and shows user 0, whoever had it: it never counts. Neither does
// the overflow user, even if it is the one of this process.
func (a *Asker) Check(peer, here netip.AddrPort) error {
	e, err := a.find(peer, here)
	switch {
	case err != nil:
		return err
	case e.inode == 0:
		return ErrOrphan
	case e.user == root, e.user == a.self && e.user != overflowUser:
		return nil
	}
	return fmt.Errorf("%w, %d; want %d or root", ErrOther, e.user, a.self)
}

// find asks one way after the other until one knows.
func (a *Asker) find(local, remote netip.AddrPort) (entry, error) {
	trouble := ErrUnknown
	for _, ask := range a.ways {
		e, err := ask(local, remote)
		switch {
		case err == nil && e.is(local, remote):
			return e, nil
		case err == nil || errors.Is(err, ErrNone):
			return entry{}, ErrNone
		}
		trouble = fmt.Errorf("%w: %w", trouble, err)
	}
	return entry{}, trouble
}
