//go:build !linux

package server

import "net"

// boundQueue leaves the bound to the system.
func boundQueue(net.Conn) {}
