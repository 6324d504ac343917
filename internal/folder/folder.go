// Package folder is the source of pictures in a directory: regular files below it, and nothing that a link leads out to.
package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/bulkhead"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/source"
)

// fresh is how long a file serves requests that come later: as long as an origin that says nothing.
const fresh = time.Minute

// Config says where the files lie and what one may cost.
type Config struct {
	Dir      string
	MaxBytes int64         // of a file
	Calls    int           // files that are read at the same time
	Timeout  time.Duration // for one: a network's disk may hang
}

// Folder hands out the files. Safe for concurrent use.
type Folder struct {
	Config
	root  *os.Root
	calls *bulkhead.Bulkhead
}

// Open returns the folder, which has to be there.
func Open(c Config) (*Folder, error) {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Config: c, root: root, calls: bulkhead.New(max(1, c.Calls), c.Timeout)}, nil
}

// Close gives the directory back.
func (f *Folder) Close() error { return f.root.Close() }

// Fetch returns the file that a source like local:PATH names.
func (f *Folder) Fetch(_ context.Context, url string) (*blob.Blob, error) {
	name := source.LocalPath(url)
	data, err := bulkhead.Call(f.calls, func() ([]byte, error) { return f.read(name) })
	switch {
	case errors.Is(err, bulkhead.ErrStalled):
		return nil, fault.Wrap(fault.OriginTimeout, err,
			"the folder of pictures does not answer in time (IMAGEKIT_FETCH_TIMEOUT)")
	case err != nil:
		return nil, err
	}
	now := time.Now()
	return &blob.Blob{Data: data, Format: format.Sniff(data), Created: now, Fresh: now.Add(fresh)}, nil
}

// read looks before it opens: to open a device may do something, and a pipe would wait.
func (f *Folder) read(name string) ([]byte, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, failed(err)
	}
	if !info.Mode().IsRegular() {
		return nil, notFound(nil)
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, failed(err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil { // another one by now
		return nil, failed(err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, notFound(nil)
	case info.Size() > f.MaxBytes:
		return nil, f.tooLarge()
	}
	data := make([]byte, info.Size()+1)
	n, err := io.ReadFull(file, data)
	switch {
	case err == nil: // it grew: what is half written is none yet
		return nil, f.changed()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return data[:n], nil
	}
	return nil, failed(err)
}

func (f *Folder) tooLarge() error {
	return fault.New(fault.SourceTooLarge, "want a file of at most %d bytes (IMAGEKIT_MAX_INPUT_SIZE), this one is larger", f.MaxBytes)
}

func (f *Folder) changed() error {
	err := fault.New(fault.OriginFailed, "the file is being written at this moment")
	err.Passing = true
	return err
}

// failed returns the fault of an error of the system. What leaves the folder is refused, and nobody learns whether it is there.
func failed(err error) error {
	switch {
	case fault.Exhausted(err):
		return fault.Exhaust(err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, syscall.ENXIO):
		return notFound(err)
	case errors.Is(err, syscall.EIO), errors.Is(err, syscall.ESTALE):
		return fault.Wrap(fault.OriginFailed, err, "the file cannot be read")
	}
	return fault.Wrap(fault.SourceForbidden, err, "the file cannot be opened, or leads out of the folder (IMAGEKIT_LOCAL_ROOT)")
}

func notFound(err error) error {
	return fault.Wrap(fault.SourceNotFound, err, "there is no such file in the folder (IMAGEKIT_LOCAL_ROOT)")
}
