package fetch

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"imagekit/internal/fault"
)

// names is a name server's zone in which every name leads inside.
func names(name string) []netip.Addr {
	inside := map[string]string{
		"metadata.google.internal.": "169.254.169.254",
		"localtest.me.":             "127.0.0.1",
		"10.0.0.1.nip.test.":        "10.0.0.1",
		"zero.test.":                "0.0.0.0",
		"azure.test.":               "168.63.129.16",
		"cgnat.test.":               "100.64.0.1",
		"xn--bcher-kva.test.":       "192.168.1.1",
		"many.test.":                "127.0.0.1",
	}
	if addr, ok := inside[strings.ToLower(name)]; ok {
		return []netip.Addr{netip.MustParseAddr(addr)}
	}
	return nil
}

// Hosts as people write them to get inside. Nothing of it reaches a server on loopback, on no spelling.
func TestHosts(t *testing.T) {
	var hits atomic.Int64
	canary := origin(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(canary.Listener.Addr().String())
	const (
		forbidden  = fault.SourceForbidden
		unresolved = fault.OriginFailed
		malformed  = fault.BadSource
	)
	tests := map[string]fault.Kind{
		"127.0.0.1": forbidden, "127.1.2.3": forbidden, "0.0.0.0": forbidden, "localhost": forbidden, "LOCALHOST": forbidden,
		"10.0.0.1": forbidden, "172.16.0.1": forbidden, "192.168.0.1": forbidden, "100.64.0.1": forbidden,
		"169.254.169.254": forbidden, "168.63.129.16": forbidden, "192.0.2.1": forbidden, "198.18.0.1": forbidden,
		"224.0.0.1": forbidden, "240.0.0.1": forbidden, "255.255.255.255": forbidden,
		"[::ffff:127.0.0.1]": forbidden, "[::ffff:7f00:1]": forbidden, "[0:0:0:0:0:ffff:127.0.0.1]": forbidden,
		"localtest.me": forbidden, "localtest.me.": forbidden, "LocalTest.Me": forbidden, "10.0.0.1.nip.test": forbidden,
		"metadata.google.internal": forbidden, "zero.test": forbidden, "azure.test": forbidden, "cgnat.test": forbidden,
		"xn--bcher-kva.test": forbidden, "many.test": forbidden, "bücher.test": forbidden,
		// What inet_aton reads as an address is but a name here.
		"2130706433": unresolved, "0177.0.0.1": unresolved, "0x7f.0.0.1": unresolved, "0x7f000001": unresolved,
		"127.1": unresolved, "127.0.1": unresolved, "017700000001": unresolved, "127.0.0.1.": unresolved,
		"00127.0.0.1": unresolved, "127.0.0.1.1": unresolved, "①②⑦.0.0.1": forbidden, "127。0。0。1": forbidden,
		"nowhere.test": unresolved, "256.0.0.1": unresolved, "1.2.3": unresolved, "%31%32%37.0.0.1": malformed,
		"u:p@127.0.0.1": malformed, "u@localhost": malformed, "@127.0.0.1": malformed, "": malformed,
		"[::1": malformed, "[::1]x": malformed, "a b": malformed, "127.0.0.1\\@example.com": malformed, "a.localhost": forbidden,
		"a\nb": malformed, "a%00b": malformed, "<a>": unresolved, "127.0.0.1%0d": malformed, "[fe80::1%25eth0]": forbidden,
		"[::]": forbidden, "[::1]": forbidden, "[::127.0.0.1]": forbidden, "[64:ff9b::7f00:1]": forbidden,
		"[2002:7f00:1::]": forbidden, "[2001:0:7f00:1::]": forbidden, "[fc00::1]": forbidden, "[fd00:ec2::254]": forbidden,
		"[ff02::1]": forbidden, "[64:ff9b::a9fe:a9fe]": forbidden,
	}
	c := config()
	c.AllowedNetworks = nil
	c.AllowedPorts = append(c.AllowedPorts, canary.Listener.Addr().(*net.TCPAddr).AddrPort().Port())
	f := start(t, c)
	f.dialer.Resolver = nameServer(t, names)
	for host, want := range tests {
		for _, suffix := range []string{"", ":" + port} {
			_, err := f.Fetch(t.Context(), "http://"+host+suffix+"/latest/meta-data/")
			if err == nil {
				t.Errorf("%q was fetched", host)
				continue
			}
			if fault.From(err).Kind != want {
				t.Errorf("%q: %v, want %s", host, err, want)
			}
			if strings.Contains(public(err), "169.254") && !strings.Contains(host, "169.254") {
				t.Errorf("%q: %q names the address", host, public(err))
			}
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary was hit %d times", n)
	}
	t.Logf("%d hosts", len(tests))
}

// A name server that answers with an allowed address and with a forbidden one in turn never gets the
// forbidden one connected: what is checked is what is dialled.
func TestRebinding(t *testing.T) {
	var good, canary atomic.Int64
	a := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		good.Add(1)
		w.Header().Set("Connection", "close") // each fetch looks the name up again
		w.Write(png)
	}))
	a.Start()
	defer a.Close()
	_, port, _ := net.SplitHostPort(a.Listener.Addr().String())
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.2", port))
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	b := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { canary.Add(1) })}
	go b.Serve(l)
	defer b.Close()

	c := config()
	c.AllowedNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	f := start(t, c)
	var asked atomic.Int64
	f.dialer.Resolver = nameServer(t, func(string) []netip.Addr {
		addrs := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}
		n := asked.Add(1)
		return addrs[n%2 : n%2+1]
	})
	var refused int64
	const tries = 1000
	for range tries {
		if _, err := f.Fetch(t.Context(), "http://rebind.test.:"+port+"/"); err != nil {
			ends(t, err, fault.SourceForbidden)
			refused++
		}
	}
	if canary.Load() != 0 {
		t.Errorf("the forbidden address was reached %d times", canary.Load())
	}
	if good.Load() != tries/2 || refused != tries/2 {
		t.Errorf("%d fetched, %d refused: want half and half", good.Load(), refused)
	}
}
