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

// Len returns the bytes of the body.
func (f *File) Len() int64 { return f.size }

// Body returns the file at the beginning of the body, which the kernel can send by itself. There is one position in it, so
// one body is read at a time.
func (f *File) Body() (*os.File, error) {
	_, err := f.file.Seek(f.at, io.SeekStart)
	return f.file, err
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
