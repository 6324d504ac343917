package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// What ioctl wants to freeze a file system and to thaw it (linux/fs.h).
const (
	fiFreeze = 0xC0045877
	fiThaw   = 0xC0045878
)

// frozenDisk freezes a disk as a snapshot does: whoever writes to it hangs. It wants root, a loop device and mkfs.ext4.
func frozenDisk(ctx context.Context, r *rig) (f []figure, err error) {
	disk, unmount, err := loopDisk(ctx, r.dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoMount, err)
	}
	defer func() { err = errors.Join(err, unmount()) }()
	return underTrouble(ctx, r, filepath.Join(disk, "cache"), false, func(ctx context.Context) error {
		dir, err := os.Open(disk)
		if err != nil {
			return err
		}
		defer dir.Close()
		if err := unix.IoctlSetInt(int(dir.Fd()), fiFreeze, 0); err != nil {
			return err
		}
		pause(ctx, time.Second)
		return unix.IoctlSetInt(int(dir.Fd()), fiThaw, 0)
	}, "IMAGEKIT_CACHE_SIZE=32MiB")
}

// loopDisk makes a small ext4 in a file and mounts it.
func loopDisk(ctx context.Context, dir string) (disk string, unmount func() error, err error) {
	image, disk := filepath.Join(dir, "disk.img"), filepath.Join(dir, "disk")
	if err = os.Mkdir(disk, 0o755); err == nil {
		err = os.WriteFile(image, nil, 0o600)
	}
	if err == nil {
		err = os.Truncate(image, 64<<20)
	}
	for _, args := range [][]string{{"mkfs.ext4", "-q", "-F", image}, {"mount", "-o", "loop", image, disk}} {
		if err != nil {
			return "", nil, err
		}
		var out []byte
		if out, err = exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			err = fmt.Errorf("%s: %w: %s", args[0], err, out)
		}
	}
	return disk, func() error { return unix.Unmount(disk, 0) }, err
}
