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
		UsageText: "imagekit healthcheck [--addr HOST:PORT|unix:PATH]",
		Description: `If IMAGEKIT_ADDR means all interfaces, the server on this machine is asked.

Example, in a Dockerfile:

  HEALTHCHECK CMD ["imagekit", "healthcheck"]`,
		Flags: settings.Flags("addr"),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			s, _, err := loadSettings(c, sys)
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
	target, transport := reachable(addr), &http.Transport{DisableKeepAlives: true} // and no proxy
	where := target
	if path, unix := strings.CutPrefix(addr, settings.UnixPrefix); unix {
		target, where = "localhost", addr
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+target+"/health", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no answer from %s: %w", where, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s, want 200", where, resp.Status)
	}
	return nil
}

// reachable turns an address to listen on into one to dial: every interface becomes loopback, that of IPv4 in either
// family, because a listener on [::] takes IPv4 too.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.Unmap().IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
