//go:build cgo

package scale

// #cgo CFLAGS: -std=c11 -O3 -Wall -Wextra
// #cgo pkg-config: zimg
// #include <stdlib.h>
// #include "resample.h"
import "C"

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"imagekit/internal/frame"
)

// format describes one side of a graph; comparable, so that it can be a cache key.
type format = C.ikscale_format

// zimg's constants for the families used here (zimg.h: zimg_color_family_e).
const (
	familyGrey = 0
	familyRGB  = 1
	familyYUV  = 2
)

// filters gives zimg's number of each kernel (zimg.h: zimg_resample_filter_e).
var filters = [...]C.int{Lanczos: 5, Cubic: 2, Linear: 1, Nearest: 0}

type graphKey struct{ src, dst format }

// graph is a built zimg filter graph with its scratch memory. It may run one image at a time.
type graph struct {
	key  graphKey
	ptr  unsafe.Pointer
	tmp  unsafe.Pointer
	in   ring
	out  ring
	size int // bytes of tmp and the rings' rows
}

// ring is the rows between a graph and planes; made for the first plane that is resized.
type ring struct {
	rows   unsafe.Pointer
	stride int
	mask   C.uint
}

// graphs keeps built graphs for the next image of the same shape: building one computes every filter tap.
// A taken graph is out of the list, so two goroutines never share one.
var graphs struct {
	sync.Mutex
	idle []*graph // the one used last is the last
	size int      // bytes of their memory
}

const (
	maxIdleGraphs = 16
	maxIdleSize   = 8 << 20 // bytes of the memory of all idle graphs
)

func takeGraph(key graphKey) (*graph, error) {
	graphs.Lock()
	for i, g := range slices.Backward(graphs.idle) {
		if g.key == key {
			graphs.idle = slices.Delete(graphs.idle, i, i+1)
			graphs.size -= g.size
			graphs.Unlock()
			return g, nil
		}
	}
	graphs.Unlock()

	var msg [256]C.char
	var tmp C.size_t
	g := &graph{key: key}
	g.ptr = C.ikscale_graph_new(&key.src, &key.dst, &msg[0], C.size_t(len(msg)), &tmp, &g.in.mask, &g.out.mask)
	if g.ptr == nil {
		return nil, fmt.Errorf("scale: build graph %s → %s: %s", describe(key.src), describe(key.dst), C.GoString(&msg[0]))
	}
	var err error
	if g.tmp, err = g.scratch(int(tmp)); err != nil {
		g.free()
		return nil, err
	}
	return g, nil
}

// scratch returns aligned memory that lives as long as the graph, nil for 0 bytes.
func (g *graph) scratch(size int) (unsafe.Pointer, error) {
	if size == 0 {
		return nil, nil
	}
	size = (size + 63) &^ 63
	p := C.aligned_alloc(64, C.size_t(size))
	if p == nil {
		return nil, fmt.Errorf("scale: %w for %d bytes of scratch", frame.ErrMemory, size)
	}
	g.size += size
	return p, nil
}

// giveBack keeps the graph for later, and frees those that were not used for longest when they are too many.
func (g *graph) giveBack() {
	graphs.Lock()
	defer graphs.Unlock()
	graphs.idle = append(graphs.idle, g)
	graphs.size += g.size
	for len(graphs.idle) > maxIdleGraphs || graphs.size > maxIdleSize {
		graphs.size -= graphs.idle[0].size
		graphs.idle[0].free()
		graphs.idle = slices.Delete(graphs.idle, 0, 1)
	}
}

func (g *graph) free() {
	C.ikscale_graph_free(g.ptr)
	C.free(g.tmp)
	C.free(g.in.rows)
	C.free(g.out.rows)
}

func describe(f format) string {
	return fmt.Sprintf("%d×%d family %d region %g,%g %g×%g",
		f.width, f.height, f.family, f.left, f.top, f.region_width, f.region_height)
}

// run processes planes of src into planes of dst through the graph for (from, to).
func run(from, to format, src, dst [4]frame.Plane) error {
	g, err := takeGraph(graphKey{from, to})
	if err != nil {
		return err
	}
	var msg [256]C.char
	s, d := buffer(src), buffer(dst)
	if C.ikscale_graph_run(g.ptr, &s, &d, g.tmp, &msg[0], C.size_t(len(msg))) != 0 {
		g.free()
		return fmt.Errorf("scale: run graph %s → %s: %s", describe(from), describe(to), C.GoString(&msg[0]))
	}
	g.giveBack()
	return nil
}

// ringed returns r with memory for its rows of width words, as many as its mask selects or a plane of height has.
func (g *graph) ringed(r ring, width, height C.int) (ring, error) {
	if r.rows != nil {
		return r, nil
	}
	r.stride = (2*int(width) + 63) &^ 63
	rows := min(int64(r.mask)+1, int64(height))
	var err error
	r.rows, err = g.scratch((int(rows) + 1) * r.stride) // one more: zimg reads and writes whole vectors
	return r, err
}

// plane resizes the window of l's plane into d's.
func plane(win window, l lift, d drop) error {
	from := format{
		width: C.int(l.plane.Width), height: C.int(l.plane.Height),
		left: C.double(win.x), region_width: C.double(win.w),
		top: C.double(win.y), region_height: C.double(win.h),
		kernel: filters[win.kernel],
	}
	to := format{width: C.int(d.plane.Width), height: C.int(d.plane.Height)}
	g, err := takeGraph(graphKey{from, to})
	if err != nil {
		return err
	}
	if g.in, err = g.ringed(g.in, from.width, from.height); err == nil {
		g.out, err = g.ringed(g.out, to.width, to.height)
	}
	if err != nil {
		g.free()
		return err
	}
	var msg [256]C.char
	src, dst := l.c(g.in), d.c(g.out)
	if C.ikscale_graph_resize(g.ptr, &src, &dst, g.tmp, &msg[0], C.size_t(len(msg))) != 0 {
		g.free()
		return fmt.Errorf("scale: run graph %s → %s: %s", describe(from), describe(to), C.GoString(&msg[0]))
	}
	g.giveBack()
	return nil
}

func (r ring) c() C.ikscale_ring {
	return C.ikscale_ring{rows: r.rows, stride: C.ptrdiff_t(r.stride), mask: r.mask}
}

func buffer(planes [4]frame.Plane) C.ikscale_buffer {
	var b C.ikscale_buffer
	for i, p := range planes {
		b.plane[i], b.stride[i] = p.Data, C.ptrdiff_t(p.Stride)
	}
	return b
}
