//go:build !linux

package docs

import "testing"

const roomVariable = "IMAGEKIT_TEST_GUIDE"

func roomMain() int { return 1 }

func TestGuide(t *testing.T) {
	t.Skip("the blocks of the guide are run in Linux' namespaces, which this system does not have")
}
