package playground

import (
	"strings"
	"testing"

	"imagekit/internal/param"
)

func TestPageHasEveryParameter(t *testing.T) {
	page, err := New([]string{"photo", "drawing"})
	if err != nil {
		t.Fatal(err)
	}
	html := string(page.HTML)
	for _, o := range new(param.Request).Options() {
		if o.Name == "sig" {
			continue
		}
		if !strings.Contains(html, ` name="`+o.Name+`"`) {
			t.Errorf("no control for %s", o.Name)
		}
	}
	for _, want := range []string{`value="sample:photo"`, `<option value="sample:drawing">`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
}

// The policy allows inline code by its hash only, so the page must hold exactly the hashed text.
func TestCSPHashesWhatThePageHolds(t *testing.T) {
	page, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"script", "style"} {
		html := string(page.HTML)
		_, rest, _ := strings.Cut(html, "<"+tag+">")
		text, _, found := strings.Cut(rest, "</"+tag+">")
		if !found || !strings.Contains(page.CSP, hash(text)) {
			t.Errorf("the inline %s is not the one in the policy", tag)
		}
	}
	if strings.Contains(page.CSP, "unsafe") || strings.Contains(string(page.HTML), "http://") {
		t.Error("the page wants more than itself")
	}
}
