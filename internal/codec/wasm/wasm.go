//go:build !cgo && nodynamic

// Package wasm runs codecs that were compiled to WebAssembly. Each call has a memory of its own, which ends with it:
// whatever a picture does to a codec, it does to nobody else.
package wasm

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// maxPages bounds the memory of a call: 1 GiB. A codec that wants more is told that there is none.
const maxPages = 1 << 14

// ErrTrap is in the chain of the error when a codec did what WebAssembly forbids, or was refused memory.
var ErrTrap = errors.New("the codec was stopped")

// runtime is shared by all codecs: it compiles, and holds what it compiled.
var runtime struct {
	sync.Mutex
	wazero.Runtime
	cache wazero.CompilationCache
}

// Codec is a module. It is compiled by Prepare or before its first call.
type Codec struct {
	name     string
	packed   *[]byte
	lock     sync.Mutex
	compiled wazero.CompiledModule
}

// New returns a codec that is compiled from a gzipped module.
func New(name string, packed *[]byte) *Codec { return &Codec{name: name, packed: packed} }

// Cache says where compiled codecs are kept: in a directory that nobody else may write to, since its content is run. It
// has to come before the first codec is compiled. Without it every process compiles.
func Cache(dir string) error {
	runtime.Lock()
	defer runtime.Unlock()
	if runtime.Runtime != nil || dir == "" {
		return nil
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return fmt.Errorf("wasm: keep compiled codecs: %w", err)
	}
	runtime.cache = cache
	return nil
}

// start returns the runtime.
func start(ctx context.Context) (wazero.Runtime, error) {
	runtime.Lock()
	defer runtime.Unlock()
	if runtime.Runtime != nil {
		return runtime.Runtime, nil
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(maxPages).WithDebugInfoEnabled(false)
	if runtime.cache != nil {
		config = config.WithCompilationCache(runtime.cache)
	}
	r := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, err
	}
	runtime.Runtime = r
	return r, nil
}

// Prepare compiles the codec, which makes code that can be run: before the process gives up the right to.
func (c *Codec) Prepare() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.compiled != nil {
		return nil
	}
	ctx := context.Background()
	r, err := start(ctx)
	if err != nil {
		return fmt.Errorf("wasm: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(*c.packed))
	if err != nil {
		return fmt.Errorf("wasm: %s: %w", c.name, err)
	}
	module, err := io.ReadAll(z)
	if err != nil {
		return fmt.Errorf("wasm: %s: %w", c.name, err)
	}
	c.compiled, err = r.CompileModule(ctx, module)
	if err != nil {
		return fmt.Errorf("wasm: %s: %w", c.name, err)
	}
	return nil
}

// Run calls do with the codec in a fresh memory, which is gone when do returns.
func (c *Codec) Run(do func(*Call) error) error {
	if err := c.Prepare(); err != nil {
		return err
	}
	ctx := context.Background()
	module, err := runtime.InstantiateModule(ctx, c.compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return fmt.Errorf("wasm: %s: %w: %w", c.name, ErrTrap, err)
	}
	defer module.Close(ctx)
	return do(&Call{ctx: ctx, name: c.name, module: module})
}

// Encode calls a codec's "encode" as all of ours have it: with pixels, width, height, where the file's size goes, and these
// settings. It returns the file. An error is of ErrTrap, also when the codec says that it made none.
func (c *Codec) Encode(pixels []byte, width, height int, settings ...uint64) (file []byte, err error) {
	err = c.Run(func(c *Call) error {
		in, err := c.Put(pixels)
		if err != nil {
			return err
		}
		size, err := c.Put(make([]byte, 8))
		if err != nil {
			return err
		}
		at, err := c.Do("encode", append([]uint64{in, uint64(width), uint64(height), size}, settings...)...)
		if err != nil {
			return err
		}
		b, err := c.Bytes(size, 4)
		if err != nil {
			return err
		}
		n := binary.LittleEndian.Uint32(b)
		if at == 0 || n == 0 {
			return fmt.Errorf("wasm: %s: %w: it made no file", c.name, ErrTrap)
		}
		b, err = c.Bytes(at, int(n))
		file = bytes.Clone(b)
		return err
	})
	return file, err
}

// Call is a codec with a memory.
type Call struct {
	ctx    context.Context
	name   string
	module api.Module
}

// Do calls a function of the codec. Its error is of ErrTrap.
func (c *Call) Do(function string, args ...uint64) (uint64, error) {
	results, err := c.module.ExportedFunction(function).Call(c.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("wasm: %s: %w: %w", c.name, ErrTrap, err)
	}
	if len(results) == 0 {
		return 0, nil
	}
	return results[0], nil
}

// Alloc returns the address of n bytes.
func (c *Call) Alloc(n int) (uint64, error) {
	at, err := c.Do("malloc", uint64(n))
	if err == nil && at == 0 {
		err = fmt.Errorf("wasm: %s: %w: no memory for %d bytes", c.name, ErrTrap, n)
	}
	return at, err
}

// Bytes returns n bytes of the codec's memory, which are the codec's: they are valid until the next call.
func (c *Call) Bytes(at uint64, n int) ([]byte, error) {
	b, ok := c.module.Memory().Read(uint32(at), uint32(n))
	if !ok || at>>32 != 0 {
		return nil, fmt.Errorf("wasm: %s: %w: it told of %d bytes at %d", c.name, ErrTrap, n, at)
	}
	return b, nil
}

// Put allocates bytes and copies b there.
func (c *Call) Put(b []byte) (uint64, error) {
	at, err := c.Alloc(len(b))
	if err != nil {
		return 0, err
	}
	to, err := c.Bytes(at, len(b))
	copy(to, b)
	return at, err
}
