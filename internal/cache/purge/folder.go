package purge

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"imagekit/internal/bulkhead"
	"imagekit/internal/sysfile"
)

// Folder is a Board in a directory that instances share: a note is an empty file.
type Folder struct {
	dir  string
	disk *bulkhead.Bulkhead // a network file system may hang
}

// NewFolder returns the board in dir. It is made when the first note is left.
func NewFolder(dir string) *Folder { return &Folder{dir, bulkhead.New(2, boardPatience)} }

// Post implements Board.
func (f *Folder) Post(_ context.Context, note string) error {
	return f.disk.Try(func() error {
		file, err := sysfile.Open(filepath.Join(f.dir, note), os.O_WRONLY|os.O_CREATE, 0o640)
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.MkdirAll(f.dir, 0o750); err == nil {
				file, err = sysfile.Open(filepath.Join(f.dir, note), os.O_WRONLY|os.O_CREATE, 0o640)
			}
		}
		if err != nil {
			return err
		}
		return file.Close()
	})
}

// Since implements Board.
func (f *Folder) Since(_ context.Context, after string) ([]string, error) {
	return bulkhead.Call(f.disk, func() ([]string, error) {
		dir, err := sysfile.OpenDir(f.dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		names, err := dir.Readdirnames(-1)
		if err = errors.Join(err, dir.Close()); err != nil {
			return nil, err
		}
		notes := slices.DeleteFunc(names, func(name string) bool { return name <= after })
		slices.Sort(notes)
		return notes, nil
	})
}
