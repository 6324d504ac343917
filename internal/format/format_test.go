package format

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, f := range Outputs() {
		if got, err := Parse(f.String()); err != nil || got != f {
			t.Errorf("Parse(%q) = %v, %v; want %v", f.String(), got, err, f)
		}
	}
	if got, err := Parse("jpg"); err != nil || got != JPEG {
		t.Errorf(`Parse("jpg") = %v, %v; want jpeg`, got, err)
	}
	for _, name := range []string{"", "gif", "JPEG", "auto", "legacy", "unknown", " png"} {
		got, err := Parse(name)
		if err == nil {
			t.Errorf("Parse(%q) = %v, want an error", name, got)
			continue
		}
		if !strings.Contains(err.Error(), "jpeg, webp, avif, png") {
			t.Errorf("Parse(%q): %q does not name what is wanted", name, err)
		}
	}
}

func TestSetTakesEveryChoice(t *testing.T) {
	var f Format
	for _, name := range f.Choices() {
		if err := f.Set(name); err != nil {
			t.Errorf("Set(%q): %v", name, err)
		}
		if want := strings.Replace(name, "jpg", "jpeg", 1); f.String() != want {
			t.Errorf("Set(%q) gives %v", name, f)
		}
	}
	f = PNG
	if err := f.Set("tiff"); err == nil || f != PNG {
		t.Errorf(`Set("tiff") = %v and left %v, want an error and png`, err, f)
	}
}

func TestTableIsComplete(t *testing.T) {
	for _, f := range []Format{JPEG, PNG, WebP, AVIF, GIF} {
		if f.String() == "" || !strings.HasPrefix(f.MIME(), "image/") || !strings.HasPrefix(f.Ext(), ".") || f.MaxSide() <= 0 {
			t.Errorf("row %d: name %q, MIME %q, extension %q, side %d", f, f, f.MIME(), f.Ext(), f.MaxSide())
		}
	}
	for _, f := range Outputs() {
		if !f.Writes() {
			t.Errorf("%v is listed as output but has no encoder", f)
		}
	}
	if GIF.Writes() || JPEG.Alpha() || !PNG.Alpha() {
		t.Error("GIF is not written, JPEG has no alpha, PNG has")
	}
}
