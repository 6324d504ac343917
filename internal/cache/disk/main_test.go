package disk

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childDir, when set, makes the test binary a process that writes to a store until it is killed.
const childDir = "IMAGEKIT_TEST_WRITE_TO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		writeForever(dir)
	}
	goleak.VerifyTestMain(m)
}
