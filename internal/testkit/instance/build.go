package instance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Program returns the path of the program for tests: what IMAGEKIT_BINARY names, or a build in dir with these flags more.
func Program(dir string, flags ...string) (string, error) {
	if given := os.Getenv("IMAGEKIT_BINARY"); given != "" {
		return filepath.Abs(given)
	}
	path := filepath.Join(dir, "imagekit")
	args := append([]string{"build", "-tags", "netgo", "-o", path}, flags...)
	build := exec.Command("go", append(args, "imagekit/cmd/imagekit")...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", build.Args, err, out)
	}
	return path, nil
}
