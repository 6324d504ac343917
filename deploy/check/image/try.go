package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sizeGoal is what the image may have above its base, in bytes.
const sizeGoal = 100_000_000

// try starts the image, asks its health check and a picture, ends it, and measures it.
func (r *root) try(ctx context.Context) error {
	uid, gid, _ := strings.Cut(r.user, ":")
	as := []string{"setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--no-new-privs", "--bounding-set=-all"}
	env := append([]string{"IMAGEKIT_SECRET=0123456789abcdef0123456789abcdef", "IMAGEKIT_SAMPLES=1"}, r.env...)
	if err := r.run(ctx, r.env, append(as, "imagekit", "version")...); err != nil {
		return err
	}
	if err := r.run(ctx, r.env, append(as, r.command...)...); err == nil {
		return errors.New("it starts without a secret")
	}
	server := r.within(ctx, env, append(as, r.command...)...) // every step execs the next, so a signal arrives
	if err := server.Start(); err != nil {
		return err
	}
	err := r.ask(ctx, env, as)
	_ = server.Process.Signal(syscall.SIGTERM)
	if err := errors.Join(err, server.Wait()); err != nil {
		return err
	}
	whole, err := size(r.dir)
	if err != nil {
		return err
	}
	fmt.Printf("size: %.1f MB, %.1f MB above its base (goal: below %.1f)\n", mb(whole), mb(whole-r.base), mb(sizeGoal))
	if whole-r.base >= sizeGoal {
		return errors.New("the image is too large")
	}
	return nil
}

// ask wants the health check to pass within its start period, and a picture of every format.
func (r *root) ask(ctx context.Context, env, as []string) error {
	err := errors.New("no health check")
	for deadline := time.Now().Add(20 * time.Second); err != nil &&
		time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		err = r.run(ctx, r.env, append(as, r.health...)...)
	}
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	for _, format := range []string{"jpeg", "webp", "avif", "png"} {
		var out bytes.Buffer
		sign := r.within(ctx, env, append(as, "imagekit", "sign", "url=sample:photo&w=320&f="+format)...)
		sign.Stdout = &out
		if err := sign.Run(); err != nil {
			return fmt.Errorf("imagekit sign: %w", err)
		}
		path := strings.TrimSpace(out.String())
		resp, err := http.Get("http://127.0.0.1:8080" + path)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s, %v: %.300s", path, resp.Status, err, body)
		}
		fmt.Printf("%s: %s, %d bytes\n", path[:min(len(path), 60)], resp.Header.Get("Content-Type"), len(body))
	}
	return nil
}

func mb(n int64) float64 { return float64(n) / 1e6 }

// size adds up the files of a root, devices left out.
func size(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if rel, _ := filepath.Rel(dir, path); d.IsDir() && (rel == "proc" || rel == "sys" || rel == "dev") {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return err
	})
	return total, err
}

func goEnv(name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %v: %w", name, args, err)
	}
	return nil
}
