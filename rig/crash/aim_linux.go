package main

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// aim calls shoot as soon as a file is made in a shard of the cache: a write takes a tenth of a millisecond, which few
// shots in the dark hit. stop ends the watch.
func aim(cache string, shoot func()) (stop func(), err error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	events := os.NewFile(uintptr(fd), "inotify")
	for i := range 256 {
		shard := filepath.Join(cache, hex.EncodeToString([]byte{byte(i)}))
		err := os.MkdirAll(shard, 0o750)
		if err == nil {
			_, err = unix.InotifyAddWatch(fd, shard, unix.IN_CREATE)
		}
		if err != nil {
			return nil, errors.Join(err, events.Close())
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var event [4096]byte
		if _, err := events.Read(event[:]); err == nil {
			shoot()
		}
	}()
	return func() {
		events.Close()
		<-done
	}, nil
}
