package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"imagekit/internal/settings"
)

// loadSettings reads the settings of a command line. Mistakes are usage errors; beside them the settings serve to
// look for more.
func loadSettings(c *cli.Command, sys system) (*settings.Settings, []string, error) {
	s, warnings, err := settings.FromCommand(c, settings.Host{
		Env: sys.env, Environ: sys.environ, Terminal: isTerminal(sys.err), Memory: settings.Memory(os.DirFS("/")), CPUs: runtime.NumCPU(), Version: version,
		Inherited: inherits(sys.sockets), CacheDir: cacheDir(),
	})
	if err != nil {
		err = usageError{err}
	}
	return s, warnings, err
}

// cacheDir returns where programs of this system keep what they can make again, "" where that is told by a setting or is the
// current directory: on Linux a service is given one, and a person sees what is there.
func cacheDir() string {
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		return ""
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "imagekit")
}

// loadWithSecrets reads the settings and the secrets of a command line. All mistakes in both come as one usage error.
func loadWithSecrets(c *cli.Command, sys system) (*settings.Settings, settings.Secrets, []string, error) {
	s, warnings, err := loadSettings(c, sys)
	secrets, more, secretErr := s.Secrets()
	if err = errors.Join(err, s.Addresses(), secretErr); err != nil {
		return nil, settings.Secrets{}, nil, usageError{err}
	}
	return s, secrets, append(warnings, more...), nil
}

// isTerminal reports whether people sit at the other end of w.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
