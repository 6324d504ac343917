package disk

import (
	"fmt"
	"path/filepath"
	"testing"
)

func TestDefaultLimit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "made", "yet")
	got := DefaultLimit(dir)
	v, err := statVolume(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got < minDefault || got > maxDefault {
		t.Errorf("DefaultLimit = %d, want %d to %d", got, int64(minDefault), int64(maxDefault))
	}
	if got < maxDefault && (got < v.Free*4/10 || got > v.Free*6/10) {
		t.Errorf("DefaultLimit = %d, want half of the %d bytes free", got, v.Free)
	}
}

func TestHeld(t *testing.T) {
	rows := []struct {
		name    string
		entries int
		within  int64 // per cent
	}{
		{"nothing", 0, 0},
		{"few entries are counted", 300, 0},
		{"many entries are estimated", 3 * sampleFiles, 10},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, t.TempDir(), 1<<30)
			for i := range tt.entries {
				put(t, s, fmt.Sprint(i), 10)
			}
			want := int64(tt.entries) * pageSize
			if got := held(s.dir); got < want*(100-tt.within)/100 || got > want*(100+tt.within)/100 {
				t.Errorf("held = %d, want %d within %d %%", got, want, tt.within)
			}
		})
	}
}
