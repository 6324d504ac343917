package server

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/settings"
)

// What the reference of the settings says of routes is what the routes do: a new one cannot be forgotten there.
func TestSettingsNameTheRoutes(t *testing.T) {
	var guarded, admin []string
	r := newRig(t)
	for _, row := range r.table() {
		req := get(row.path)
		if !slices.Contains(row.methods, http.MethodGet) {
			req = form("file", "x")
			req.Method, req.URL.Path = row.methods[0], row.path
		}
		req.RemoteAddr, req.Host = "192.0.2.1:1", "images.example.com"
		if res := r.ask(req); res.StatusCode == http.StatusForbidden {
			guarded = append(guarded, row.path)
		}
		if row.admin {
			admin = append(admin, row.path)
		}
	}
	for _, tt := range []struct {
		setting string
		want    []string
	}{
		{"IMAGEKIT_SIGN_TOKEN", guarded},
		{"IMAGEKIT_ADMIN_ADDR", admin},
	} {
		named := regexp.MustCompile("`(/[a-z/]*)`").FindAllStringSubmatch(meaning(t, tt.setting), -1)
		var got []string
		for _, m := range named {
			got = append(got, m[1])
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s names %q, the routes are %q", tt.setting, got, tt.want)
		}
	}
}

// meaning returns what the reference says of a setting.
func meaning(t *testing.T, setting string) string {
	t.Helper()
	for line := range strings.Lines(settings.Reference()) {
		if strings.HasPrefix(line, "| `"+setting+"` |") {
			return line
		}
	}
	t.Fatalf("there is no setting %s", setting)
	return ""
}
