//go:build !race

package worker

const testDataLimit = 512 << 20
