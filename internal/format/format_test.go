package format

import (
	"slices"
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
	for _, name := range []string{"", "tiff", "JPEG", "auto", "legacy", "unknown", " png"} {
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

func TestByExt(t *testing.T) {
	for ext, want := range map[string]Format{
		".jpg": JPEG, ".jpeg": JPEG, ".JPG": JPEG, ".png": PNG, ".webp": WebP, ".avif": AVIF, ".gif": GIF,
		"": Unknown, ".": Unknown, "jpg": Unknown, ".jp": Unknown, ".tiff": TIFF, ".CUR": ICO, ".ppm": PNM, ".auto": Unknown,
	} {
		if got := ByExt(ext); got != want {
			t.Errorf("%q: got %v, want %v", ext, got, want)
		}
	}
	for f := range Format(len(table)) {
		if ext := f.Ext(); ext != "" && ByExt(ext) != f {
			t.Errorf("%v and %v have files with the same extension, %s", f, ByExt(ext), ext)
		}
	}
}

func TestTableIsComplete(t *testing.T) {
	for _, f := range []Format{JPEG, PNG, WebP, AVIF, GIF, BMP, ICO, TIFF, PNM, QOI} {
		if f.String() == "" || !strings.HasPrefix(f.MIME(), "image/") || !strings.HasPrefix(f.Ext(), ".") ||
			f.Writes() && f.MaxSide() <= 0 || !strings.EqualFold(f.Title(), f.String()) || !f.Reads() {
			t.Errorf("row %d: name %q, MIME %q, extension %q, side %d", f, f, f.MIME(), f.Ext(), f.MaxSide())
		}
	}
	for _, f := range Outputs() {
		if !f.Writes() {
			t.Errorf("%v is listed as output but has no encoder", f)
		}
	}
	for f := range Format(len(table)) {
		if f.Writes() != (slices.Contains(Outputs(), f) || f == JSON) {
			t.Errorf("%v: an encoder exists: %t, want the same of the outputs %v and JSON", f, f.Writes(), Outputs())
		}
		if f.Reads() != slices.Contains(Inputs(), f) || f.Writes() && !f.Reads() && f != JSON {
			t.Errorf("%v: read %t, written %t, among the inputs %v", f, f.Reads(), f.Writes(), Inputs())
		}
	}
	if JPEG.Alpha() || !PNG.Alpha() {
		t.Error("JPEG has no alpha, PNG has")
	}
}

func TestSets(t *testing.T) {
	s := SetOf([]Format{PNG, TIFF})
	if !s.Has(PNG) || !s.Has(TIFF) || s.Has(JPEG) || s.Has(Unknown) || !Set(0).Has(JPEG) {
		t.Errorf("got %b", s)
	}
	for _, f := range Inputs() {
		if got, err := ParseInput(f.String()); err != nil || got != f {
			t.Errorf("ParseInput(%q) = %v, %v", f, got, err)
		}
	}
	if got, err := ParseInput("auto"); err == nil {
		t.Errorf("ParseInput(auto) = %v, want an error", got)
	}
}
