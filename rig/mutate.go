//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// mutation breaks one defence on purpose. A test of the package must notice.
type mutation struct {
	defence  string
	file     string
	old, new string // old stands exactly once in the file
	tests    string // of the file's package
}

var mutations = []mutation{
	{
		"the body's checksum is compared", "internal/cache/entry.go",
		`if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(entry[atBodySum:]) {`,
		`if crc32.Checksum(body, castagnoli) == 1<<32-1 {`, "Test|Fuzz",
	},
	{
		"the dialled address is checked", "internal/fetch/guard.go",
		`if err := g.check(dst); err != nil {`, `if err := g.check(dst); err != nil && dst.Port() == 1 {`, "Guard|Hosts|Rebinding",
	},
	{
		"metadata addresses stay closed", "internal/fetch/guard.go",
		`if bare := addr.Unmap().WithZone(""); slices.Contains(metadata, bare) && !g.listsAlone(bare) {`,
		`if bare := addr; slices.Contains(metadata, bare) && !g.listsAlone(bare) && false {`, "Guard|Hosts",
	},
	{
		"the work does not end with its first caller", "internal/flight/flight.go",
		`context.WithCancel(context.WithoutCancel(ctx))`, `context.WithCancel(ctx)`, "Leader",
	},
	{
		"entries appear whole", "internal/cache/disk/write.go",
		`temp, size, err = writeTemp(path, parts)`,
		`temp, size, err = path, 0, os.WriteFile(path, bytes.Join(parts, nil), 0o600)`, "Kill|Store|Stray|Bound",
	},
	{
		"scans of a JPEG are counted", "internal/probe/jpeg.go",
		`scans > maxScans`, `scans > 1<<30`, "JPEG",
	},
	{
		"X-Forwarded-For is read from the right", "internal/clientip/clientip.go",
		`strings.LastIndexByte(list, ',')`, `strings.IndexByte(list, ',')`, "From|Spoofed",
	},
	{
		"the signature decides", "internal/sign/sign.go",
		`	if !valid {`, `	if !valid && sig == "" {`, "Verify|Rotation|Vectors|Test",
	},
	{
		"a URL ends at its time", "internal/server/image.go",
		`!s.Now().Before(expires)`, `false`, "Expiry|Order",
	},
	{
		"the queue for workers is bounded", "internal/worker/queue.go",
		`if len(q.waiting) > q.capacity {`, `if len(q.waiting) > 1<<30 {`, "Queue",
	},
	{
		"a truncated JPEG is refused", "internal/codec/jpeg/decode.c",
		"	case JWRN_HIT_MARKER:\n", "", "Test",
	},
	{
		"workers get no sockets", "internal/worker/filter_linux.go",
		`unix.SYS_GETPID`, `unix.SYS_GETPID, unix.SYS_SOCKET`, "BreaksOut|Filter",
	},
	{
		"pixels are counted before any C runs", "internal/probe/probe.go",
		`if width > lim.MaxPixels/height {`, `if width > 1<<62/height {`, "Test",
	},
}

// mutate breaks the defences in a copy of the tree, one at a time, and runs the tests that ought to notice.
func mutate(ctx context.Context, args []string) error {
	set, _ := flags("mutate")
	only := set.String("only", "", "break only the defences whose description holds this")
	_ = set.Parse(args) // it exits
	dir, err := os.MkdirTemp("", "imagekit-rig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	archive := exec.CommandContext(ctx, "sh", "-c", `git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$0"`, dir)
	if out, err := archive.CombinedOutput(); err != nil {
		return fmt.Errorf("copy the tree: %w: %s", err, out)
	}
	caught, tried := 0, 0
	for _, m := range mutations {
		if !strings.Contains(m.defence, *only) {
			continue
		}
		tried++
		by, err := m.try(ctx, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.defence, err)
		}
		if verdict(by != "", m.defence, "caught by "+by, "a test fails without it") {
			caught++
		}
	}
	if caught < tried {
		return errors.New("a defence can be lost without a test noticing")
	}
	return ctx.Err()
}

// failed finds the name of a test that failed, or that waited in vain for what the defence brings about.
var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|running tests:\n\s*(\S+)`)

// try runs the tests with the defence broken and returns the first that fails, "" when none does.
func (m mutation) try(ctx context.Context, dir string) (by string, err error) {
	path := filepath.Join(dir, m.file)
	sound, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(sound, []byte(m.old)); n != 1 {
		return "", fmt.Errorf("%q stands %d times in %s, want once: the table is out of date", m.old, n, m.file)
	}
	broken := bytes.Replace(sound, []byte(m.old), []byte(m.new), 1)
	if strings.Contains(m.new, "bytes.Join") {
		broken = bytes.Replace(broken, []byte("import (\n"), []byte("import (\n\t\"bytes\"\n"), 1)
	}
	if err := os.WriteFile(path, broken, 0o644); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, sound, 0o644)) }()
	test := exec.CommandContext(ctx, "go", "test", "-vet=off", "-count=1", "-timeout=60s", "-run", m.tests,
		"./"+filepath.Dir(m.file))
	test.Dir = dir
	out, err := test.CombinedOutput()
	found := failed.FindSubmatch(out)
	switch {
	case err == nil:
		return "", nil
	case found == nil:
		return "", fmt.Errorf("the tests did not run: %s", out)
	}
	return string(found[1]) + string(found[2]), nil
}
