package cachetest_test

import (
	"testing"

	"imagekit/internal/cache"
	"imagekit/internal/testkit/cachetest"
)

func TestMemory(t *testing.T) {
	t.Run("unbounded", func(t *testing.T) {
		cachetest.Run(t, func(*testing.T) cache.Store { return new(cachetest.Memory) })
	})
	t.Run("bounded", func(t *testing.T) {
		cachetest.Run(t, func(*testing.T) cache.Store { return &cachetest.Memory{Limit: 4 << 20} })
	})
}
