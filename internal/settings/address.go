package settings

import (
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
)

// UnixPrefix begins an address that is the path of a Unix socket.
const UnixPrefix = "unix:"

// unixSockets: Windows has them, but not with owners and modes as here.
const unixSockets = runtime.GOOS != "windows"

// maxPath is the longest path of a Unix socket in bytes (unix(7), less its final NUL).
const maxPath = 107

// address is where to listen.
type address string

func (a *address) String() string { return string(*a) }

func (a *address) Set(text string) error {
	if path, unix := strings.CutPrefix(text, UnixPrefix); unix {
		if !unixSockets || !strings.HasPrefix(path, "/") || len(path) > maxPath {
			return errValue
		}
		*a = address(text)
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /") {
		return errValue
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errValue
	}
	*a = address(text)
	return nil
}

func (*address) Want() string {
	if !unixSockets {
		return "host:port such as 127.0.0.1:8080, [::1]:8080 or :8080 (Unix sockets are not supported on this system)"
	}
	return "host:port such as 127.0.0.1:8080, [::1]:8080 or :8080, or unix: and a path"
}

// reach says where others than this machine can reach the server, "" when they cannot.
func (s *Settings) reach() string {
	switch {
	case s.inherited:
		return "a socket that was passed in"
	case s.Addr == "" || isLoopback(s.Addr): // an address that was refused has its own error
		return ""
	}
	return s.Addr
}

// isLoopback reports whether only this machine can reach the address. Whatever is not host:port with a loopback
// host, a Unix socket among it, is not: a proxy may stand before it.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
