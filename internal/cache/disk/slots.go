package disk

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"imagekit/internal/cache"
	"imagekit/internal/mmap"
)

// chunkSlots is how many slots are mapped at a time. What is mapped takes no memory before it is used.
const chunkSlots = 1 << 14

// slots is an array of slots outside the heap, which grows without being moved.
type slots struct {
	chunks []*[chunkSlots]slot
	pages  [][]byte // of the chunks
	n      int
}

func (a *slots) at(i int32) *slot { return &a.chunks[i/chunkSlots][i%chunkSlots] }

// grow adds a zero slot and returns its number.
func (a *slots) grow() int32 {
	if a.n == len(a.chunks)*chunkSlots {
		pages, err := mmap.Map(int(unsafe.Sizeof([chunkSlots]slot{})))
		if err != nil { // as if the heap could not grow
			panic(err)
		}
		a.pages = append(a.pages, pages)
		a.chunks = append(a.chunks, (*[chunkSlots]slot)(unsafe.Pointer(unsafe.SliceData(pages)))) // a slot holds no pointers
	}
	a.n++
	return int32(a.n - 1)
}

// release gives the pages back. Nothing may point to them any more.
func (a *slots) release() {
	for _, p := range a.pages {
		mmap.Unmap(p)
	}
	a.chunks, a.pages, a.n = nil, nil, 0
}

// table finds the slot of an id: open addressing in a part for each first byte, so that growing one moves little. An id is
// a hash itself. 0 is no slot that an entry can have.
type table struct {
	parts [shards][]int32
	count [shards]int32
	n     int
}

const firstPart = 8 // places of a part that begins

// place is where the search for id begins in a part.
func place(id cache.ID, part []int32) int {
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(id[1:]), uint64(len(part)))
	return int(hi)
}

// find returns the slot of id.
func (t *table) find(id cache.ID, s *slots) (int32, bool) {
	part := t.parts[id[0]]
	if len(part) == 0 {
		return 0, false
	}
	i := search(id, part, s)
	return part[i], part[i] != 0
}

// search returns where id is in a part, or the free place where it would be.
func search(id cache.ID, part []int32, s *slots) int {
	i := place(id, part)
	for part[i] != 0 && s.at(part[i]).id != id {
		if i++; i == len(part) {
			i = 0
		}
	}
	return i
}

// add notes the slot of an id that is not there.
func (t *table) add(id cache.ID, at int32, s *slots) {
	part := t.parts[id[0]]
	if int(t.count[id[0]])+1 > len(part)*7/8 {
		larger := make([]int32, max(firstPart, len(part)*5/4))
		for _, old := range part {
			if old != 0 {
				larger[search(s.at(old).id, larger, s)] = old
			}
		}
		part, t.parts[id[0]] = larger, larger
	}
	part[search(id, part, s)] = at
	t.count[id[0]]++
	t.n++
}

// remove forgets an id that is there, and moves those up that were looked for past it.
func (t *table) remove(id cache.ID, s *slots) {
	part := t.parts[id[0]]
	gap := search(id, part, s)
	part[gap] = 0
	t.count[id[0]]--
	t.n--
	for i := (gap + 1) % len(part); part[i] != 0; i = (i + 1) % len(part) {
		moved := part[i]
		part[i] = 0
		part[search(s.at(moved).id, part, s)] = moved
	}
}
