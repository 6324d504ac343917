package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"imagekit/internal/settings"
)

var settingNamed = regexp.MustCompile(`\b(?:IMAGEKIT_[A-Z_]*[A-Z]|DISABLE_RATE_LIMIT)\b`)

// Every setting stands in docs/settings.md, whatever its tables look like, and the guide leads there. Whatever the guide
// names as a setting is one; those to decide on have their table in it.
func TestGuideLeadsToEverySetting(t *testing.T) {
	reference, err := os.ReadFile("settings.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(settings.Reference(), -1) {
		known[m[1]] = true
		if !strings.Contains(string(reference), "\n| `"+m[1]+"` | ") {
			t.Errorf("%s is not in settings.md", m[1])
		}
	}
	if len(known) < 30 {
		t.Fatalf("found %d settings in the reference", len(known))
	}
	guide := readGuide(t)
	_, rest, _ := strings.Cut(guide, "\n## Configuration\n")
	part, _, _ := strings.Cut(rest, "\n## ")
	if !strings.Contains(part, "(settings.md)") {
		t.Error("the guide does not lead to settings.md where it speaks of the configuration")
	}
	if n := len(settingNamed.FindAllString(part, -1)); n < 10 {
		t.Errorf("%d settings to decide on, want 10 or more", n)
	}
	for _, name := range settingNamed.FindAllString(guide, -1) {
		if !known[name] {
			t.Errorf("the guide names %s, which is no setting", name)
		}
	}
}
