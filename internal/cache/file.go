package cache

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"sync"

	"imagekit/internal/blob"
)

// pieces lends memory to look through a file: larger than any header.
var pieces = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// decodeFile is decode for an entry in an open file, which it closes on an error. Everything is read once and found right
// before anything is returned; the blob's File is then the very file that was read.
func decodeFile(file *os.File, key string) (*blob.Blob, error) {
	piece := pieces.Get().(*[64 << 10]byte)
	defer pieces.Put(piece)
	b, err := verify(file, piece[:], key)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return b, nil
}

func verify(file *os.File, piece []byte, key string) (*blob.Blob, error) {
	n, err := io.ReadFull(file, piece)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	head := piece[:n]
	h, err := readHeader(head)
	if err != nil {
		return nil, err
	}
	if string(head[h.keyAt:h.typeAt]) != key {
		return nil, damage("another key's entry")
	}
	b, err := h.blob(head)
	if err != nil {
		return nil, err
	}
	length, want := binary.BigEndian.Uint64(head[atBody:]), binary.BigEndian.Uint32(head[atBodySum:])
	sum, size := crc32.Checksum(head[h.bodyAt:], castagnoli), uint64(n)-h.bodyAt
	for {
		n, err := file.Read(piece)
		sum = crc32.Update(sum, castagnoli, piece[:n])
		size += uint64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case size != length:
		return nil, damage("length")
	case sum != want:
		return nil, damage("checksum of the body")
	}
	b.File = blob.NewFile(file, int64(h.bodyAt), int64(size))
	return b, nil
}
