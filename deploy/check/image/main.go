// Image does what deploy/docker/Dockerfile says, without Docker: for each stage mmdebstrap makes a root of the Debian it
// names, the RUN lines are run in it by chroot, COPY copies. Then the result is started as the image would be, with its
// USER, ENV and CMD, the health check is asked, and a picture. It prints the size of the result above its base.
//
// What the images of Docker Hub bring along is brought otherwise: Debian from its archive, Go from this machine. It
// wants root, and says so. Run it at the root of the repository: make rig-image
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"imagekit/deploy/check"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := build(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// build makes the stages in a directory of its own, tries the last of them, and cleans up.
func build(ctx context.Context) error {
	if os.Getuid() != 0 {
		return errors.New("chroot and mmdebstrap want root: run it with sudo, or in a virtual machine")
	}
	stages, warnings, err := check.Dockerfile("deploy/docker/Dockerfile")
	if err != nil || len(warnings) > 0 {
		return fmt.Errorf("deploy/docker/Dockerfile: %w %v", err, warnings)
	}
	dir, err := os.MkdirTemp("", "imagekit-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	roots := map[string]*root{}
	var last *root
	for _, s := range stages {
		last, err = newRoot(ctx, filepath.Join(dir, "stage"+s.Name), s)
		if err != nil {
			return err
		}
		roots[s.Name] = last
		if err := last.follow(ctx, s, roots); err != nil {
			return fmt.Errorf("stage %q: %w", s.Name, err)
		}
	}
	return last.try(ctx)
}

// root is the file system of a stage and what its instructions set.
type root struct {
	dir     string
	binds   []string // FROM:TO, what of this machine is seen in the root
	env     []string
	workdir string
	user    string
	command []string // ENTRYPOINT and CMD
	health  []string
	base    int64 // bytes before the first instruction
}

// newRoot makes the root that FROM names.
func newRoot(ctx context.Context, dir string, s instructions.Stage) (*root, error) {
	r := &root{dir: dir, workdir: "/", env: []string{"PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}}
	fmt.Printf("FROM %s\n", s.BaseName)
	args := []string{"--variant=minbase", "--quiet", "--aptopt=Acquire::Check-Valid-Until false"}
	golang := strings.HasPrefix(s.BaseName, "golang:")
	if golang { // what that image has beside Debian and Go
		args = append(args, "--include=gcc,libc6-dev,make,pkg-config,ca-certificates")
	}
	if !strings.Contains(s.BaseName, "trixie") {
		return nil, fmt.Errorf("%s: no Debian that is known here", s.BaseName)
	}
	if err := command(ctx, "mmdebstrap", append(args, "trixie", dir)...); err != nil {
		return nil, err
	}
	base, err := size(dir)
	if err != nil {
		return nil, err
	}
	r.base = base
	r.binds = []string{"/proc:/proc", "/dev:/dev", "/sys:/sys"}
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy"} { // for apt in the root
		if v := os.Getenv(name); v != "" {
			r.env = append(r.env, name+"="+v)
		}
	}
	if golang {
		r.binds = append(r.binds, goEnv("GOROOT")+":/usr/local/go", goEnv("GOMODCACHE")+":/go/mod")
		r.env = append(r.env, "GOTOOLCHAIN=local", "GOMODCACHE=/go/mod", "HOME=/root")
		for _, name := range []string{"GOPROXY", "GOSUMDB", "GONOSUMDB"} {
			if v := goEnv(name); v != "" {
				r.env = append(r.env, name+"="+v)
			}
		}
	}
	for _, b := range r.binds {
		_, to, _ := strings.Cut(b, ":")
		if err := os.MkdirAll(filepath.Join(dir, to), 0o755); err != nil {
			return nil, err
		}
	}
	if err := command(ctx, "cp", "-L", "/etc/resolv.conf", filepath.Join(dir, "etc")); err != nil {
		return nil, err
	}
	return r, nil
}

// follow does what the stage says.
func (r *root) follow(ctx context.Context, s instructions.Stage, roots map[string]*root) error {
	for _, c := range s.Commands {
		fmt.Println(c)
		var err error
		switch c := c.(type) {
		case *instructions.WorkdirCommand:
			r.workdir = c.Path
			err = os.MkdirAll(filepath.Join(r.dir, c.Path), 0o755)
		case *instructions.RunCommand:
			err = r.run(ctx, r.env, "/bin/sh", "-c", strings.Join(c.CmdLine, " "))
		case *instructions.CopyCommand:
			err = r.copy(ctx, c, roots)
		case *instructions.ArgCommand:
			for _, a := range c.Args {
				r.env = append(r.env, a.Key+"="+a.ValueString())
			}
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				r.env = append(r.env, pair.Key+"="+pair.Value)
			}
		case *instructions.UserCommand:
			r.user = c.User
		case *instructions.EntrypointCommand:
			r.command = c.CmdLine
		case *instructions.CmdCommand:
			r.command = append(r.command, c.CmdLine...)
		case *instructions.HealthCheckCommand:
			r.health = c.Health.Test[1:] // after "CMD"
		case *instructions.ExposeCommand:
		default:
			err = fmt.Errorf("%T is not done here", c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copy copies from another stage or from the repository. Of "." only what the Dockerfile's ignore file lets through.
func (r *root) copy(ctx context.Context, c *instructions.CopyCommand, roots map[string]*root) error {
	dest := c.DestPath
	if !filepath.IsAbs(dest) {
		dest = filepath.Join(r.workdir, dest)
	}
	dest = filepath.Join(r.dir, dest)
	sources := c.SourcePaths
	if c.From != "" {
		return command(ctx, "cp", filepath.Join(roots[c.From].dir, sources[0]), dest)
	}
	if sources[0] == "." {
		var err error
		if sources, err = admitted("deploy/docker/Dockerfile.dockerignore"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dest, 0o755); err != nil {
		return err
	}
	if c.SourcePaths[0] != "." {
		return command(ctx, "cp", append(sources, dest)...)
	}
	return command(ctx, "cp", append([]string{"-r", "--parents"}, append(sources, dest)...)...)
}

// admitted reads what a file that ignores everything excepts, in lines "!path".
func admitted(path string) (list []string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "!"); ok {
			list = append(list, name)
		}
	}
	return list, nil
}

// within returns a command in the root. What is bound into it is so for this command alone, in a mount namespace of its
// own: removing the root can never remove what is this machine's.
func (r *root) within(ctx context.Context, env []string, args ...string) *exec.Cmd {
	const script = `root=$1 dir=$2 binds=$3; shift 3
for b in $binds; do mount --rbind "${b%:*}" "$root${b#*:}" || exit 1; done
exec chroot "$root" /usr/bin/env -C "$dir" "$@"`
	cmd := exec.CommandContext(ctx, "unshare", append([]string{
		"--mount", "--propagation", "private", "sh", "-c", script, "sh", r.dir, r.workdir, strings.Join(r.binds, " "),
	}, args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stdout, os.Stderr
	return cmd
}

// run runs a command in the root, as root.
func (r *root) run(ctx context.Context, env []string, args ...string) error {
	return r.within(ctx, env, args...).Run()
}
