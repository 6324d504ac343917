package check

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

func TestDockerfile(t *testing.T) {
	stages, warnings, err := Dockerfile("../docker/Dockerfile")
	if err != nil || len(warnings) > 0 || len(stages) != 2 {
		t.Fatalf("%d stages, %v, %v", len(stages), warnings, err)
	}
	if stages[0].BaseName != "golang:1.26-trixie" || stages[1].BaseName != "debian:trixie-slim" {
		t.Errorf("bases: %s, %s; want one Debian for both, or the libraries differ", stages[0].BaseName, stages[1].BaseName)
	}
	env, seen := map[string]string{}, map[string]string{}
	for _, command := range stages[1].Commands {
		switch c := command.(type) {
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				env[pair.Key] = pair.Value
			}
		case *instructions.UserCommand:
			seen["USER"] = c.User
		case *instructions.EntrypointCommand:
			seen["ENTRYPOINT"] = strings.Join(c.CmdLine, " ")
		case *instructions.CmdCommand:
			seen["CMD"] = strings.Join(c.CmdLine, " ")
		case *instructions.HealthCheckCommand:
			seen["HEALTHCHECK"] = strings.Join(c.Health.Test, " ")
		case *instructions.ExposeCommand:
			seen["EXPOSE"] = strings.Join(c.Ports, " ")
		case *instructions.CopyCommand:
			if c.From != "build" {
				t.Errorf("COPY from %q: the program alone comes in", c.From)
			}
		case *instructions.VolumeCommand:
			t.Error("VOLUME: anonymous volumes pile up, and what comes after it is lost")
		}
	}
	for name, want := range map[string]string{
		"USER": "10001:10001", "ENTRYPOINT": "imagekit", "CMD": "serve", "HEALTHCHECK": "CMD imagekit healthcheck", "EXPOSE": "8080",
	} {
		if seen[name] != want {
			t.Errorf("%s is %q, want %q", name, seen[name], want)
		}
	}
	if env["IMAGEKIT_ADDR"] != "0.0.0.0:8080" || env["IMAGEKIT_CACHE_DIR"] != "/var/cache/imagekit" ||
		env["IMAGEKIT_LOCAL"] != "off" || len(env) != 3 {
		t.Errorf("ENV: %v", env)
	}
}

// A secret given at build time stays readable in the image for ever.
func TestDockerfileTakesNoSecrets(t *testing.T) {
	stages, _, err := Dockerfile("../docker/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stages {
		for _, command := range s.Commands {
			if arg, ok := command.(*instructions.ArgCommand); ok {
				for _, a := range arg.Args {
					if a.Key != "COMMIT" {
						t.Errorf("ARG %s", a.Key)
					}
				}
			}
		}
	}
}
