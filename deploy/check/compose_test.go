package check

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const testSecret = "0123456789abcdef0123456789abcdef"

// readCompose loads the file as docker compose does: schema, interpolation, profiles, paths, dependencies.
func readCompose(t *testing.T, env []string, profiles ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../docker/compose.yaml"},
		cli.WithEnv(env), cli.WithEnvFiles("../docker/.env.example"), cli.WithDotEnv, cli.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

// mustReadCompose loads the file as a user has it who wrote a secret into .env.
func mustReadCompose(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	p, err := readCompose(t, []string{"IMAGEKIT_SECRET=" + testSecret}, profiles...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestComposeAsksForASecret(t *testing.T) {
	if _, err := readCompose(t, nil); err == nil || !strings.Contains(err.Error(), "openssl rand -hex 32") {
		t.Errorf("with .env as it comes: %v, want what to do", err)
	}
}

func TestComposeProfiles(t *testing.T) {
	single, scaled := mustReadCompose(t), mustReadCompose(t, "scale")
	if got := single.ServiceNames(); !slices.Equal(got, []string{"imagekit"}) {
		t.Errorf("without a profile: %v", got)
	}
	if got := scaled.ServiceNames(); !slices.Equal(got, []string{"imagekit", "imagekit-2", "imagekit-3", "nginx"}) {
		t.Errorf("profile scale: %v", got)
	}
	proxy := scaled.Services["nginx"]
	for _, name := range []string{"imagekit", "imagekit-2", "imagekit-3"} {
		if proxy.DependsOn[name].Condition != types.ServiceConditionHealthy {
			t.Errorf("nginx starts before %s has a name and answers", name)
		}
	}
	var conf string
	for _, v := range proxy.Volumes {
		if v.Target == "/etc/nginx/nginx.conf" && v.ReadOnly {
			conf = v.Source
		}
	}
	if want, err := filepath.Abs("../docker/nginx.conf"); err != nil || conf != want {
		t.Errorf("nginx reads %q, want %q", conf, want)
	}
}

func TestComposeInstances(t *testing.T) {
	p := mustReadCompose(t, "scale")
	proxy := netip.MustParseAddr(p.Services["nginx"].Networks["default"].Ipv4Address)
	for name, s := range p.Services {
		if name == "nginx" {
			continue
		}
		env := func(variable string) string {
			if v := s.Environment[variable]; v != nil {
				return *v
			}
			return ""
		}
		if trusted, err := netip.ParsePrefix(env("IMAGEKIT_TRUSTED_PROXIES")); err != nil || !trusted.Contains(proxy) {
			t.Errorf("%s does not believe nginx at %v: %v, %v", name, proxy, trusted, err)
		}
		if env("IMAGEKIT_SECRET") != testSecret || env("IMAGEKIT_DRAIN_DELAY") != "5s" {
			t.Errorf("%s: environment %v", name, s.Environment)
		}
		if s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= stopTime {
			t.Errorf("%s is killed after %v, but may take %v", name, s.StopGracePeriod, stopTime)
		}
		if len(s.Volumes) != 1 || s.Volumes[0].Source != "cache" || s.Volumes[0].Target != "/var/cache/imagekit" {
			t.Errorf("%s: volumes %+v, want the one cache", name, s.Volumes)
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || s.MemLimit != 2<<30 ||
			s.Ulimits["nofile"].Single != 65536 {
			t.Errorf("%s may too much, or too little: %+v", name, s)
		}
		if s.Image != p.Services["imagekit"].Image || (s.Build != nil) != (name == "imagekit") {
			t.Errorf("%s: image %s; one service builds it for all", name, s.Image)
		}
	}
	port := p.Services["imagekit"].Ports[0]
	if port.HostIP != "127.0.0.1" || port.Target != 8080 || p.Services["nginx"].Ports[0].Published != "80" {
		t.Errorf("published: %+v", port)
	}
}
