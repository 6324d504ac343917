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
	options := s.options()
	var wrong []error
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, prefix) || serviceLink(name, value) ||
			slices.ContainsFunc(options, func(o opt.Option) bool { return o.Name == name }) {
			continue
		}
		wrong = append(wrong, fmt.Errorf("%s: there is no such setting; did you mean %s?", name, nearest(name, options)))
	}
	return wrong
}

// linked are the names that Kubernetes makes of a Service whose name begins with imagekit-, as imagekit-canary.
var linked = regexp.MustCompile(`_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// serviceLink reports whether Kubernetes has put the variable into the environment of a pod that has Services of its own
// name beside it.
func serviceLink(name, value string) bool {
	return strings.HasPrefix(name, prefix+"SERVICE_") || strings.HasPrefix(name, prefix+"PORT") || linked.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// nearest returns the setting whose name takes the fewest changes of a letter to be the given one.
func nearest(name string, options []opt.Option) string {
	best, least := "", len(name)+len(prefix)+1
	for _, o := range options {
		if n := distance(name, o.Name); best == "" || n < least {
			best, least = o.Name, n
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out or replaced (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
