package fetch

import (
	"errors"
	"net/netip"
	"testing"
)

// Addresses as the dialer hands them to the guard. All families of the IANA registries of special addresses
// are here, with the edges of the ranges that are easy to get wrong.
func TestGuardRefuses(t *testing.T) {
	g := newGuard(nil, []uint16{80, 443})
	for _, addr := range []string{
		"0.0.0.0", "0.0.0.1", "0.255.255.255", // this network
		// private
		"10.0.0.0", "10.1.2.3", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
		"100.64.0.0", "100.127.255.255", "100.100.100.200", // carrier-grade NAT
		"127.0.0.1", "127.0.0.53", "127.1.2.3", "127.255.255.255", // loopback
		"169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.255.255", // link-local
		"192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", // protocol assignments, documentation
		"192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1", // AS112, AMT, 6to4 relays
		"198.18.0.0", "198.19.255.255", // benchmarking
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", // multicast, reserved, broadcast
		"168.63.129.16",                                       // Azure, a public address
		"::", "::1", "::2", "::127.0.0.1", "::ffff:127.0.0.1", // unspecified, loopback, compatible, mapped
		"::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "::ffff:8.8.8.8",
		"::ffff:0:127.0.0.1",                                                                  // translated
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", // NAT64, discard
		"2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", // Teredo, ORCHID, documentation
		"2002:7f00:1::1", "2002:a9fe:a9fe::1", "2002:808:808::1", "3fff::1", "2620:4f:8000::1", // 6to4, documentation, AS112
		"fc00::1", "fd00::1", "fd00:ec2::254", "fd20:ce::254", // unique local
		"fe80::1", "fe80::1%eth0", "fe80::a9fe:a9fe%1", "fec0::1", "ff02::1", "ff0e::1", // link-local, site-local, multicast
		"4000::1", "5f00::1", "::ffff:0:0", "1::1",
		"2606:4700:4700::1111%eth0", // a zone has no business on a global address
	} {
		for _, network := range []string{"tcp4", "tcp6"} {
			dst := netip.AddrPortFrom(netip.MustParseAddr(addr), 80).String()
			if err := g.control(t.Context(), network, dst, nil); !errors.Is(err, errBlocked) {
				t.Errorf("%s %s: %v, want it refused", network, dst, err)
			}
		}
	}
}

func TestGuardAllows(t *testing.T) {
	g := newGuard(nil, []uint16{80, 443, 9000})
	for _, dst := range []string{
		"8.8.8.8:80", "1.1.1.1:443", "1.1.1.1:9000", "9.255.255.255:80", "11.0.0.0:80", "100.63.255.255:80",
		"100.128.0.0:80", "126.255.255.255:80", "128.0.0.1:80", "169.253.255.255:80", "169.255.0.0:80",
		"172.15.255.255:80", "172.32.0.0:80", "192.167.255.255:80", "192.169.0.0:80", "198.17.255.255:80",
		"198.20.0.0:80", "223.255.255.255:80", "168.63.129.15:80", "168.63.129.17:80",
		"[2606:4700:4700::1111]:443", "[2a00:1450:4001::1]:80", "[2003::1]:80", "[2001:200::1]:80",
	} {
		if err := g.control(t.Context(), "tcp", dst, nil); !errors.Is(err, errBlocked) {
			t.Errorf("network tcp: %v, want tcp4 and tcp6 alone", err)
		}
		if err := g.control(t.Context(), "tcp4", dst, nil); err != nil {
			t.Errorf("%s: %v", dst, err)
		}
	}
	for _, dst := range []string{
		"8.8.8.8:22", "8.8.8.8:8080", "8.8.8.8:0", "[2606:4700:4700::1111]:25", "8.8.8.8", "", "example.com:80", "8.8.8.8:99999",
	} {
		if err := g.control(t.Context(), "tcp4", dst, nil); !errors.Is(err, errBlocked) {
			t.Errorf("%q: %v, want it refused", dst, err)
		}
	}
	if err := newGuard(nil, nil).control(t.Context(), "tcp4", "8.8.8.8:80", nil); err == nil {
		t.Error("no ports given, but port 80 is open")
	}
}

func TestGuardNetworks(t *testing.T) {
	tests := []struct {
		name, allowed, dst string
		want               bool
	}{
		{"any port of an allowed network", "10.0.0.0/8", "10.1.2.3:9000", true},
		{"the next network", "10.0.0.0/8", "11.1.2.3:9000", false},
		{"public hosts keep their ports", "10.0.0.0/8", "8.8.8.8:9000", false},
		{"public hosts stay open", "10.0.0.0/8", "8.8.8.8:80", true},
		{"IPv6", "fd00::/8", "[fd00::5]:9000", true},
		{"everything but metadata", "0.0.0.0/0", "10.1.2.3:1", true},
		{"AWS under a wide network", "0.0.0.0/0", "169.254.169.254:80", false},
		{"AWS under its own network", "169.254.0.0/16", "169.254.169.254:80", false},
		{"its neighbour", "169.254.0.0/16", "169.254.169.253:80", true},
		{"AWS listed alone", "169.254.169.254/32", "169.254.169.254:80", true},
		{"Azure under a wide network", "168.63.0.0/16", "168.63.129.16:80", false},
		{"Azure listed alone", "168.63.129.16/32", "168.63.129.16:80", true},
		{"IPv6 metadata under a wide network", "fd00::/8", "[fd00:ec2::254]:80", false},
		{"IPv6 metadata listed alone", "fd00:ec2::254/128", "[fd00:ec2::254]:80", true},
		{"an IPv4 network opens nothing mapped", "0.0.0.0/0", "[::ffff:127.0.0.1]:80", false},
		{"mapped metadata under a mapped network", "::/0", "[::ffff:169.254.169.254]:80", false},
		{"zoned metadata", "::/0", "[fd00:ec2::254%1]:80", false},
		{"NAT64 to a public host", "64:ff9b::/96", "[64:ff9b::808:808]:80", true},
		{"NAT64 keeps the ports", "64:ff9b::/96", "[64:ff9b::808:808]:22", false},
		{"NAT64 to loopback", "64:ff9b::/96", "[64:ff9b::7f00:1]:80", false},
		{"NAT64 to metadata", "64:ff9b::/96", "[64:ff9b::a9fe:a9fe]:80", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGuard([]netip.Prefix{netip.MustParsePrefix(tt.allowed)}, []uint16{80, 443})
			if err := g.control(t.Context(), "tcp4", tt.dst, nil); (err == nil) != tt.want {
				t.Errorf("%s with %s allowed: %v, want open %v", tt.dst, tt.allowed, err, tt.want)
			}
		})
	}
}
