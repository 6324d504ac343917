package peercred

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// The question and the answer of sock_diag(7) over netlink(7), by the layout of linux/inet_diag.h. Numbers have the
// machine's order, addresses and ports the network's.
const (
	netlinkHead    = 16 // struct nlmsghdr: length, type, flags, sequence, port id
	typeError      = 2  // NLMSG_ERROR
	typeByFamily   = 20 // SOCK_DIAG_BY_FAMILY
	flagRequest    = 1  // NLM_F_REQUEST; without NLM_F_DUMP exactly one socket is asked for
	sequence       = 1  // every question has a netlink socket of its own
	familyIPv4     = 2  // AF_INET
	familyIPv6     = 10 // AF_INET6
	protocolTCP    = 6
	sizeID         = 48 // struct inet_diag_sockid
	offsetID       = 8  // of it in struct inet_diag_req_v2
	sizeRequest    = offsetID + sizeID
	offsetAnswerID = 4 // of it in struct inet_diag_msg
	offsetUser     = offsetAnswerID + sizeID + 12
	offsetInode    = offsetUser + 4
	sizeAnswer     = offsetInode + 4
)

var native = binary.NativeEndian

// question asks for the socket with those two ends.
func question(local, remote netip.AddrPort) []byte {
	local, remote = plain(local), plain(remote)
	family := byte(familyIPv4)
	if local.Addr().Is6() {
		family = familyIPv6
	}
	b := make([]byte, netlinkHead+sizeRequest)
	native.PutUint32(b, uint32(len(b)))
	native.PutUint16(b[4:], typeByFamily)
	native.PutUint16(b[6:], flagRequest)
	native.PutUint32(b[8:], sequence)
	request := b[netlinkHead:]
	request[0], request[1] = family, protocolTCP
	native.PutUint32(request[4:], 0xffffffff) // in whatever state
	id := request[offsetID:]
	binary.BigEndian.PutUint16(id, local.Port())
	binary.BigEndian.PutUint16(id[2:], remote.Port())
	copy(id[4:20], local.Addr().AsSlice())
	copy(id[20:36], remote.Addr().AsSlice())
	for i := 40; i < sizeID; i++ {
		id[i] = 0xff // no cookie: INET_DIAG_NOCOOKIE
	}
	return b
}

var errAnswer = errors.New("sock_diag: not an answer to the question")

// readAnswer reads what the kernel says to a question: one socket, or an errno. ENOENT is ErrNone.
func readAnswer(b []byte) (entry, error) {
	if len(b) < netlinkHead {
		return entry{}, errAnswer
	}
	length := native.Uint32(b)
	if length < netlinkHead || uint64(length) > uint64(len(b)) || native.Uint32(b[8:]) != sequence {
		return entry{}, errAnswer
	}
	body := b[netlinkHead:length]
	switch kind := native.Uint16(b[4:]); {
	case kind == typeError && len(body) >= 4:
		errno := syscall.Errno(-int32(native.Uint32(body)))
		if errno == syscall.ENOENT {
			return entry{}, ErrNone
		}
		return entry{}, fmt.Errorf("sock_diag: %w", errno)
	case kind == typeByFamily && len(body) >= sizeAnswer:
		return readSocket(body)
	}
	return entry{}, errAnswer
}

// readSocket reads a struct inet_diag_msg.
func readSocket(b []byte) (entry, error) {
	size := 4
	switch b[0] {
	case familyIPv4:
	case familyIPv6:
		size = 16
	default:
		return entry{}, errAnswer
	}
	id := b[offsetAnswerID:]
	local, _ := netip.AddrFromSlice(id[4 : 4+size]) // both sizes are those of an address
	remote, _ := netip.AddrFromSlice(id[20 : 20+size])
	return entry{
		local:  netip.AddrPortFrom(local, binary.BigEndian.Uint16(id)),
		remote: netip.AddrPortFrom(remote, binary.BigEndian.Uint16(id[2:])),
		user:   native.Uint32(b[offsetUser:]), inode: native.Uint32(b[offsetInode:]),
	}, nil
}
