package render

import "imagekit/internal/mmap"

// mapped returns a copy of data in pages of its own, outside the heap. It must not be empty.
func mapped(data []byte) ([]byte, error) {
	pages, err := mmap.Map(len(data))
	if err != nil {
		return nil, err
	}
	copy(pages, data)
	return pages, nil
}
