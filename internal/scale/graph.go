package scale

// #cgo CFLAGS: -O3
// #cgo pkg-config: zimg
// #include <stdlib.h>
// #include "resample.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	"imagekit/internal/frame"
)

// format describes one side of a graph; comparable, so that it can be a cache key.
type format = C.ik_format

// zimg's constants for the families and alpha types used here (zimg.h: zimg_color_family_e, zimg_alpha_type_e).
const (
	familyGrey = 0
	familyRGB  = 1
	familyYUV  = 2

	alphaNone          = 0
	alphaStraight      = 1
	alphaPremultiplied = 2
)

type graphKey struct{ src, dst format }

// graph is a built zimg filter graph with its scratch memory. It may run one image at a time.
type graph struct {
	key  graphKey
	ptr  unsafe.Pointer
	tmp  unsafe.Pointer
	size C.size_t
}

// graphs keeps built graphs for the next image of the same shape: building one computes every filter tap.
// A taken graph is out of the list, so two goroutines never share one.
var graphs struct {
	sync.Mutex
	idle []*graph
}

const (
	maxIdleGraphs = 16
	maxIdleTmp    = 4 << 20 // bytes of scratch; larger graphs are not kept
)

func takeGraph(key graphKey) (*graph, error) {
	graphs.Lock()
	for i, g := range graphs.idle {
		if g.key == key {
			graphs.idle = append(graphs.idle[:i], graphs.idle[i+1:]...)
			graphs.Unlock()
			return g, nil
		}
	}
	graphs.Unlock()

	var msg [256]C.char
	g := &graph{key: key}
	g.ptr = C.ik_graph_new(&key.src, &key.dst, &msg[0], C.size_t(len(msg)), &g.size)
	if g.ptr == nil {
		return nil, fmt.Errorf("scale: build graph %s → %s: %s", describe(key.src), describe(key.dst), C.GoString(&msg[0]))
	}
	size := (g.size + 63) &^ 63
	if size > 0 {
		if g.tmp = C.aligned_alloc(64, size); g.tmp == nil {
			g.free()
			return nil, fmt.Errorf("scale: %w for %d bytes of scratch", frame.ErrMemory, size)
		}
	}
	return g, nil
}

func (g *graph) giveBack() {
	if g.size > maxIdleTmp {
		g.free()
		return
	}
	graphs.Lock()
	defer graphs.Unlock()
	graphs.idle = append(graphs.idle, g)
	if len(graphs.idle) > maxIdleGraphs {
		graphs.idle[0].free()
		graphs.idle = append(graphs.idle[:0], graphs.idle[1:]...)
	}
}

func (g *graph) free() {
	C.ik_graph_free(g.ptr)
	C.free(g.tmp)
}

func describe(f format) string {
	return fmt.Sprintf("%d×%d family %d depth %d alpha %d region %g,%g %g×%g",
		f.width, f.height, f.family, f.depth, f.alpha, f.left, f.top, f.region_width, f.region_height)
}

// run processes planes of src into planes of dst through the graph for (from, to). The fourth plane is alpha.
func run(from, to format, src, dst [4]frame.Plane) error {
	g, err := takeGraph(graphKey{from, to})
	if err != nil {
		return err
	}
	var msg [256]C.char
	s, d := buffer(src), buffer(dst)
	if C.ik_graph_run(g.ptr, &s, &d, g.tmp, &msg[0], C.size_t(len(msg))) != 0 {
		g.free()
		return fmt.Errorf("scale: run graph %s → %s: %s", describe(from), describe(to), C.GoString(&msg[0]))
	}
	g.giveBack()
	return nil
}

func buffer(planes [4]frame.Plane) C.ik_buffer {
	var b C.ik_buffer
	for i, p := range planes {
		b.plane[i], b.stride[i] = p.Data, C.ptrdiff_t(p.Stride)
	}
	return b
}

// affine maps the words of src to dst: (v − inZero) · gain + outZero, rounded and clamped to dst's depth (8 or 16).
func affine(src, dst frame.Plane, depth int, inZero, gain, outZero float64) {
	C.ik_affine(src.Data, C.ptrdiff_t(src.Stride), dst.Data, C.ptrdiff_t(dst.Stride),
		C.int(dst.Width), C.int(dst.Height), C.int(depth), C.float(inZero), C.float(gain), C.float(outZero))
}
