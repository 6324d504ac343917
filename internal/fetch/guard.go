package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// errBlocked marks a connection the guard refused.
var errBlocked = errors.New("refused by policy")

// metadata are addresses at which clouds hand credentials to their machines. Those that the registries of
// special addresses already close are listed too: a wide AllowedNetworks must not open them by accident.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), // AWS, Google Cloud, Azure, DigitalOcean, OpenStack, …
	netip.MustParseAddr("169.254.170.2"),   // AWS ECS task credentials
	netip.MustParseAddr("169.254.170.23"),  // AWS EKS Pod Identity
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd00:ec2::23"),    // AWS EKS Pod Identity
	netip.MustParseAddr("fd20:ce::254"),    // Google Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure WireServer; a public address, but not the internet's
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud Classic
}

// guard decides which addresses may be dialled. It sees the address of each connection after the name is
// resolved, right before connect: a name cannot change its answer between the check and the use.
type guard struct {
	allowed []netip.Prefix
	public  *ssrf.Guardian
	anyPort *ssrf.Guardian // looks at addresses alone
}

func newGuard(allowed []netip.Prefix, ports []uint16) guard {
	ports = append([]uint16{}, ports...) // to ssrf nil means every port
	return guard{allowed: allowed, public: ssrf.New(ssrf.WithPorts(ports...)), anyPort: ssrf.New(ssrf.WithAnyPort())}
}

// control is a net.Dialer.ControlContext.
func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", errBlocked, network)
	}
	dst, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errBlocked, err)
	}
	if err := g.check(dst); err != nil {
		return fmt.Errorf("%w: %w", errBlocked, err)
	}
	return nil
}

// check applies, in this order: the metadata addresses, the allowed networks, and what the IANA registries
// call global. Allowed networks come before the ports because they are open on all.
func (g guard) check(dst netip.AddrPort) error {
	addr := dst.Addr()
	if bare := addr.Unmap().WithZone(""); slices.Contains(metadata, bare) && !g.listsAlone(bare) {
		return fmt.Errorf("%s is a metadata address", addr)
	}
	if !slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		// The address before the port: to open the port of a private one would help nobody.
		if err := g.anyPort.SafeAddrPort(dst); err != nil {
			return err
		}
		return g.public.SafeAddrPort(dst)
	}
	// Who allows the NAT64 prefix wants the IPv4 internet behind the gateway, not the gateway's own network.
	if ssrf.IPv6NAT64Prefix.Contains(addr) {
		b := addr.As16()
		return g.check(netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[12:])), dst.Port()))
	}
	return nil
}

// listsAlone reports whether the operator allowed exactly this address.
func (g guard) listsAlone(addr netip.Addr) bool {
	return slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.IsSingleIP() && p.Addr() == addr })
}
