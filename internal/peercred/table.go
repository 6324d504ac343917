package peercred

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"strconv"
	"strings"
)

// tables looks the socket up in /proc/self/net, where sock_diag is not allowed or not there: its lines are those of
// proc_net(5), a socket each. An IPv4 connection can be one of an IPv6 socket, so both are read.
func tables(proc fs.FS) func(local, remote netip.AddrPort) (entry, error) {
	return func(local, remote netip.AddrPort) (entry, error) {
		var trouble error
		read := 0
		for _, name := range []string{"tcp", "tcp6"} {
			f, err := proc.Open(name)
			if err != nil {
				trouble = errors.Join(trouble, err) // a kernel without IPv6 has one of them
				continue
			}
			e, err := search(f, local, remote)
			if err = errors.Join(err, f.Close()); err == nil {
				return e, nil
			}
			if errors.Is(err, ErrNone) {
				read++
			} else {
				trouble = errors.Join(trouble, err)
			}
		}
		if read == 0 || trouble != nil && !errors.Is(trouble, fs.ErrNotExist) {
			return entry{}, trouble
		}
		return entry{}, ErrNone
	}
}

// search returns the socket with those two ends from a table, ErrNone when it is not there. Lines that are none, as the
// heading, are passed over.
func search(table io.Reader, local, remote netip.AddrPort) (entry, error) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		if e, ok := readLine(lines.Text()); ok && e.is(local, remote) {
			return e, nil
		}
	}
	if err := lines.Err(); err != nil {
		return entry{}, err
	}
	return entry{}, ErrNone
}

// The fields of a line that matter: "sl local rem st tx:rx tr:when retrnsmt uid timeout inode …".
const (
	fieldLocal, fieldRemote, fieldUser, fieldInode = 1, 2, 7, 9
	leastFields                                    = fieldInode + 1
)

func readLine(line string) (e entry, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < leastFields {
		return entry{}, false
	}
	local, okLocal := readEnd(fields[fieldLocal])
	remote, okRemote := readEnd(fields[fieldRemote])
	user, err := strconv.ParseUint(fields[fieldUser], 10, 32)
	inode, err2 := strconv.ParseUint(fields[fieldInode], 10, 32)
	if !okLocal || !okRemote || err != nil || err2 != nil {
		return entry{}, false
	}
	return entry{local: local, remote: remote, user: uint32(user), inode: uint32(inode)}, true
}

// readEnd reads an address and a port in hexadecimal digits: 0100007F:1F90. The address is printed in words of four
// bytes, each as a number of the machine.
func readEnd(text string) (netip.AddrPort, bool) {
	digits, port, ok := strings.Cut(text, ":")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		word := uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3])
		native.PutUint32(b[i:], word)
	}
	n, err := strconv.ParseUint(port, 16, 16)
	addr, _ := netip.AddrFromSlice(b) // it has the length of one
	return netip.AddrPortFrom(addr, uint16(n)), err == nil
}
