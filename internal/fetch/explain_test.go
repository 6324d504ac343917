package fetch

import (
	"net/netip"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// A refused source names the one setting that helps: the port of a private address is not what is wrong with it.
func TestRefusalNamesTheSetting(t *testing.T) {
	const networks, ports = "IMAGEKIT_ALLOWED_NETWORKS", "IMAGEKIT_ALLOWED_PORTS"
	own := newGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		[]uint16{80, 443})
	none := newGuard(nil, []uint16{80, 443})
	for _, tt := range []struct {
		guard         guard
		network       string
		address, want string // the setting; "" = allowed
	}{
		{none, "tcp4", "127.0.0.1:3000", networks},
		{none, "tcp4", "127.0.0.1:80", networks},
		{none, "tcp6", "[::1]:3000", networks},
		{none, "tcp4", "10.0.0.5:8080", networks},
		{none, "tcp4", "192.168.1.1:443", networks},
		{none, "tcp4", "169.254.169.254:8080", networks},
		{none, "tcp6", "[fd00::1]:3000", networks},
		{none, "tcp4", "93.184.215.14:3000", ports},
		{none, "tcp4", "93.184.215.14:443", ""},
		{own, "tcp4", "127.0.0.1:3000", ""},
		{own, "tcp6", "[::1]:3000", ""},
		{own, "tcp4", "10.0.0.5:3000", networks},
		{own, "tcp4", "93.184.215.14:3000", ports},
	} {
		err := tt.guard.control(t.Context(), tt.network, tt.address, nil)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.address, err)
			}
			continue
		}
		f := fault.From(explain(t.Context(), "it", err))
		if f.Kind != fault.SourceForbidden || !strings.Contains(f.Detail, tt.want) ||
			strings.Contains(f.Detail, networks) == strings.Contains(f.Detail, ports) {
			t.Errorf("%s: %q, want %s alone", tt.address, f.Detail, tt.want)
		}
	}
}
