package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"imagekit/internal/opt"
)

// prefix begins the name of every setting but one.
const prefix = "IMAGEKIT_"

// unknown refuses variables that look like a setting and are none: a misspelt one would be a default in force without a
// word. environ is the environment as os.Environ returns it.
func (s *Settings) unknown(environ []string) []error {
	var names []string
	for _, o := range s.options() {
		names = append(names, o.Name)
	}
	var wrong []error
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, prefix) || serviceLink(name, value) || slices.Contains(names, name) {
			continue
		}
		wrong = append(wrong, fmt.Errorf("%s: there is no such setting; did you mean %s?", name, opt.Nearest(name, names)))
	}
	return wrong
}

// linked are the names that Kubernetes makes of a Service whose name begins with imagekit-, as imagekit-canary.
var linked = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// serviceLink reports whether Kubernetes has put the variable into the environment of a pod that has Services of its own
// name beside it.
func serviceLink(name, value string) bool {
	return strings.HasPrefix(name, prefix+"SERVICE_") || strings.HasPrefix(name, prefix+"PORT") ||
		linked.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}
