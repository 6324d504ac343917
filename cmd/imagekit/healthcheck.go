package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/settings"
)

func healthcheckCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "healthcheck", Usage: "exit 0 if the server at IMAGEKIT_ADDR is healthy, else 1",
		UsageText: "imagekit healthcheck\n\nExample, in a Dockerfile:\n\n   HEALTHCHECK CMD [\"imagekit\", \"healthcheck\"]",
		Flags:     settings.Flags(),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			s, err := loadSettings(c, sys)
			if err != nil {
				return err
			}
			return healthcheck(ctx, s.Addr)
		},
	}
}

// healthcheck asks /health and wants 200 within five seconds.
func healthcheck(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	network, target := "tcp", reachable(addr)
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, target = "unix", path
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, target)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/health", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no answer from %s: %w", target, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s, want 200", target, resp.Status)
	}
	return nil
}

// reachable turns an address to listen on into one to dial: every interface becomes loopback.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "", err == nil && ip.IsUnspecified() && ip.Is4():
		host = "127.0.0.1"
	case err == nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
