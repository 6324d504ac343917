package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

const (
	// maxSecretFile bounds the file of a secret in bytes: a device never ends.
	maxSecretFile = 64 << 10
	// secretTime is how long a pipe may take to give a secret. A reload waits for it, and nothing may hang one.
	secretTime = 2 * time.Second
)

// readSecret returns what is in the file of a secret, or in another small file of a setting. That may be a pipe, as a shell's <(command) is, but one that nobody
// writes to, or that nobody writes to the end, is an error and not a wait: opening it in the usual way would wait for ever.
func readSecret(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(secretTime)) // files on a disk have none, and do not wait
	content, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("%s: want all of it within %v, got no end of it", path, secretTime)
	case err != nil:
		return nil, err
	case len(content) == 0 && isPipe(f):
		return nil, fmt.Errorf("%s is a pipe that nobody writes to, want the secret in it, or a file with it", path)
	case len(content) > maxSecretFile:
		return nil, fmt.Errorf("%s: want at most %d bytes, got more", path, maxSecretFile)
	}
	return content, nil
}

// isPipe reports whether a file is a pipe, named or not.
func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}
