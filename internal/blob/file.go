package blob

import (
	"io"
	"os"
)

// File is the body of a large result where it lies in the cache: a part of an open file, found right before it was
// handed out. The open file stays what it is when its name is removed or given to another.
type File struct {
	file     *os.File
	at, size int64
}

// NewFile returns size bytes of file, from at on. The File closes it.
func NewFile(file *os.File, at, size int64) *File { return &File{file, at, size} }

// Body returns a reader of the whole body that the kernel can send by itself: net's ReadFrom knows it. There is one
// position in the file, so one reader is used at a time.
func (f *File) Body() (*io.LimitedReader, error) {
	if _, err := f.file.Seek(f.at, io.SeekStart); err != nil {
		return nil, err
	}
	return &io.LimitedReader{R: f.file, N: f.size}, nil
}

// Len returns the bytes of the body, wherever it lies.
func (b *Blob) Len() int64 {
	if b.File != nil {
		return b.File.size
	}
	return int64(len(b.Data))
}

// Load brings the body into Data, so that the blob can be shared. After an error it is of no use.
func (b *Blob) Load() error {
	if b.File == nil {
		return nil
	}
	data := make([]byte, b.File.size)
	_, err := b.File.file.ReadAt(data, b.File.at)
	b.Close()
	b.Data, b.File = data, nil
	return err
}

// Close closes the file of a blob that has one.
func (b *Blob) Close() {
	if b.File != nil {
		_ = b.File.file.Close() // it was only read
	}
}
