package clientip

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// The peers of a Unix socket have no address; the operator says whether they are proxies.
func TestUnixPeers(t *testing.T) {
	r := New(append(prefixes("192.0.2.1/32"), netip.Prefix{}))
	for peer, want := range map[string]bool{"@": true, "": true, "192.0.2.1:80": true, "198.51.100.7:80": false} {
		if got := r.TrustsPeer(peer); got != want {
			t.Errorf("%q: trusted %t, want %t", peer, got, want)
		}
	}
	if New(prefixes("192.0.2.1/32")).TrustsPeer("@") {
		t.Error("a peer without address is trusted though nobody said so")
	}
	for want, line := range map[string]string{
		"203.0.113.9": "1.1.1.1, 203.0.113.9, 192.0.2.1", "invalid IP": "203.0.113.9, unknown", "192.0.2.1": "192.0.2.1",
	} {
		if got := r.From("@", http.Header{"X-Forwarded-For": {line}}).String(); got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
	if got := r.From("198.51.100.7:80", http.Header{"X-Forwarded-For": {"203.0.113.9"}}).String(); got != "198.51.100.7" {
		t.Errorf("a stranger is believed: %s", got)
	}
}

func TestFrom(t *testing.T) {
	proxies := prefixes("10.0.0.0/8", "192.0.2.1/32", "2001:db8:ffff::/48", "::ffff:172.16.0.0/108")
	tests := []struct {
		name  string
		peer  string
		lines []string
		want  string
	}{
		{"no header", "198.51.100.7:4711", nil, "198.51.100.7"},
		{"untrusted peer is not believed", "198.51.100.7:4711", []string{"203.0.113.9"}, "198.51.100.7"},
		{"trusted peer without header", "10.1.2.3:80", nil, "10.1.2.3"},
		{"trusted peer", "10.1.2.3:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"client's own entry is skipped", "10.1.2.3:80", []string{"127.0.0.1, 203.0.113.9"}, "203.0.113.9"},
		{"two proxies", "10.1.2.3:80", []string{"203.0.113.9, 192.0.2.1"}, "203.0.113.9"},
		{"all trusted ends at the leftmost", "10.1.2.3:80", []string{"10.9.9.9, 10.8.8.8"}, "10.9.9.9"},
		{"lines are one list", "10.1.2.3:80", []string{"1.1.1.1", "203.0.113.9", "192.0.2.1"}, "203.0.113.9"},
		{"tabs and no spaces", "10.1.2.3:80", []string{"203.0.113.9\t,\t192.0.2.1,10.4.4.4"}, "203.0.113.9"},
		{"unparsable stops", "10.1.2.3:80", []string{"203.0.113.9, unknown, 192.0.2.1"}, "192.0.2.1"},
		{"empty entry stops", "10.1.2.3:80", []string{"203.0.113.9, "}, "10.1.2.3"},
		{"empty line stops", "10.1.2.3:80", []string{"203.0.113.9", ""}, "10.1.2.3"},
		{"obfuscated stops", "10.1.2.3:80", []string{"_hidden"}, "10.1.2.3"},
		{"host name stops", "10.1.2.3:80", []string{"localhost"}, "10.1.2.3"},
		{"leading zeros stop", "10.1.2.3:80", []string{"010.1.1.1"}, "10.1.2.3"},
		{"port", "10.1.2.3:80", []string{"203.0.113.9:5678"}, "203.0.113.9"},
		{"bad port stops", "10.1.2.3:80", []string{"203.0.113.9:99999"}, "10.1.2.3"},
		{"IPv6", "10.1.2.3:80", []string{"2001:db8::5"}, "2001:db8::5"},
		{"IPv6 with port", "10.1.2.3:80", []string{"[2001:db8::5]:443"}, "2001:db8::5"},
		{"IPv6 in brackets", "10.1.2.3:80", []string{"[2001:db8::5]"}, "2001:db8::5"},
		{"IPv4 in brackets stops", "10.1.2.3:80", []string{"[203.0.113.9]"}, "10.1.2.3"},
		{"half a bracket stops", "10.1.2.3:80", []string{"[2001:db8::5"}, "10.1.2.3"},
		{"zone is dropped", "10.1.2.3:80", []string{"fe80::1%eth0"}, "fe80::1"},
		{"mapped entry", "10.1.2.3:80", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"mapped peer is trusted", "[::ffff:10.1.2.3]:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"IPv6 proxy", "[2001:db8:ffff::2]:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"proxy listed as mapped prefix", "172.16.3.4:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"zoned peer", "[fe80::1%eth0]:80", nil, "fe80::1"},
		{"unix socket", "@", []string{"203.0.113.9"}, "invalid IP"},
		{"no peer", "", []string{"203.0.113.9"}, "invalid IP"},
	}
	r := New(proxies)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{"X-Forwarded-For": tt.lines}
			if got := r.From(tt.peer, h).String(); got != tt.want {
				t.Errorf("From(%q, %q) = %s, want %s", tt.peer, tt.lines, got, tt.want)
			}
		})
	}
}

// One peer that is no proxy stays one client, whatever it writes into the header.
func TestSpoofedHeaders(t *testing.T) {
	r := New(prefixes("10.0.0.0/8"))
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		xff := fmt.Sprintf("10.%d.%d.%d, %d.1.1.1", rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), rnd.IntN(256))
		h := http.Header{"X-Forwarded-For": {xff}}
		if got := Key(r.From("198.51.100.7:1", h)); got != "198.51.100.7" {
			t.Fatalf("%q made the client %s", xff, got)
		}
		// Behind a proxy the entry that counts is the one the proxy wrote.
		h.Add("X-Forwarded-For", "198.51.100.7")
		if got := Key(r.From("10.0.0.1:1", h)); got != "198.51.100.7" {
			t.Fatalf("%q made the client behind the proxy %s", xff, got)
		}
	}
}

func TestKey(t *testing.T) {
	tests := []struct{ name, addr, want string }{
		{"IPv4", "203.0.113.9", "203.0.113.9"},
		{"mapped", "::ffff:203.0.113.9", "203.0.113.9"},
		{"IPv6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"zone", "fe80::1%eth0", "fe80::/64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Key(netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("Key(%s) = %s, want %s", tt.addr, got, tt.want)
			}
		})
	}
	if a, b := Key(netip.MustParseAddr("2001:db8::1")), Key(netip.MustParseAddr("2001:db8:0:1::1")); a == b {
		t.Errorf("two /64 share the key %s", a)
	}
	if got := Key(netip.Addr{}); got != "invalid IP" {
		t.Errorf("Key of no address = %q", got)
	}
}

func TestForwarded(t *testing.T) {
	tests := []struct {
		header string
		want   bool
	}{
		{"Forwarded", true},
		{"X-Real-Ip", true},
		{"x-real-ip", true},
		{"X-Forwarded-For", true},
		{"X-Forwarded-Host", true},
		{"X-Forwarded-Proto", true},
		{"Via", true},
		{"CF-Connecting-IP", true},
		{"cf-connecting-ip", true},
		{"True-Client-IP", true},
		{"CDN-Loop", true},
		{"X-Client-IP", true},
		{"X-Cluster-Client-IP", true},
		{"Fastly-Client-IP", true},
		{"X-Original-Forwarded-For", true},
		{"X-Forwarded", false},
		{"Accept", false},
		{"Host", false},
	}
	for _, tt := range tests {
		if got := Forwarded(http.Header{tt.header: {""}}); got != tt.want {
			t.Errorf("Forwarded with %s = %v, want %v", tt.header, got, tt.want)
		}
	}
	if Forwarded(nil) {
		t.Error("Forwarded without a header")
	}
}

func FuzzFrom(f *testing.F) {
	for _, seed := range []string{
		"", ",", "203.0.113.9", "1.1.1.1, 10.0.0.2", "[::1]:5", "fe80::1%eth0", "::ffff:10.0.0.1",
		"unknown", "10.0.0.1,10.0.0.2,10.0.0.3", "1.2.3.4:567", "[", "]", "[]", "10.0.0.1:", " ",
	} {
		f.Add("10.0.0.1:80", seed)
	}
	f.Add("@", "1.1.1.1")
	f.Add("198.51.100.7:1", "1.1.1.1")
	r := New(prefixes("10.0.0.0/8", "fd00::/8"))
	f.Fuzz(func(t *testing.T, peer, xff string) {
		got := r.From(peer, http.Header{"X-Forwarded-For": {xff}})
		if got.Is4In6() || got.Zone() != "" {
			t.Fatalf("From(%q, %q) = %s is not plain", peer, xff, got)
		}
		direct, ok := parse(peer)
		switch {
		case !ok && got.IsValid():
			t.Fatalf("From(%q, %q) = %s, but the peer has no address", peer, xff, got)
		case ok && !r.Trusts(direct) && got != direct:
			t.Fatalf("From(%q, %q) = %s, but the peer is not trusted", peer, xff, got)
		}
		// The entries of one line and of several lines are the same list.
		if lines := strings.Split(xff, ","); got != r.From(peer, http.Header{"X-Forwarded-For": lines}) {
			t.Fatalf("From(%q, …) differs between one line and %q", peer, lines)
		}
		// Whatever stands left of what a trusted proxy wrote is without effect.
		tail := http.Header{"X-Forwarded-For": {xff, "203.0.113.9"}}
		if c := r.From("10.0.0.1:80", tail); c != netip.MustParseAddr("203.0.113.9") {
			t.Fatalf("%q replaced the proxy's entry by %s", xff, c)
		}
	})
}
