//go:build unix

package e2e

import (
	"bytes"
	"image/jpeg"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/hostile"
	"imagekit/internal/testkit/imagetest"
)

// maxHostile bounds what a hostile file may make a worker hold above what it holds when idle, in bytes. It is 64 MiB
// (make rig-corpus shows it), and here half as much again for the race detector.
const maxHostile = 96 << 20

// Every hostile file ends as its row says, in every output format, and no worker dies of it.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, imagetest.Photo(1120, 960), nil); err != nil {
		t.Fatal(err)
	}
	seeds := hostile.Seeds{
		JPEG: photo.Bytes(),
		AVIF: imagetest.EncodeAVIF(t, imagetest.Photo(320, 240), imagetest.AVIF{SubX: 2, SubY: 2}),
	}
	files := map[string][]byte{}
	for _, f := range hostile.Files() {
		files[f.Name] = f.Bytes(seeds)
	}
	refuseAll(t, files)
}

// The same for files that a script beside the repository makes of real photos.
func TestHostileFilesOfPhotos(t *testing.T) {
	t.Parallel()
	const script = "../../shared/tools/gen_hostile.py" // beside the repository
	if _, err := os.Stat(script); err != nil {
		t.Skipf("no script for more hostile files: %v", err)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("more hostile files need python3: %v", err)
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), python, script, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files := map[string][]byte{}
	for _, f := range hostile.Files() {
		data, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Logf("not made by the script: %s", f.Name)
			continue
		}
		files[f.Name] = data
	}
	refuseAll(t, files)
}

// refuseAll sends files of the table through a service for each kind of them, and holds every answer to its row. One
// service for all would add up what its workers keep for the next picture of each size.
func refuseAll(t *testing.T, files map[string][]byte) {
	o := newOrigin(t)
	kinds := map[string][]hostile.File{}
	for _, f := range hostile.Files() {
		kind, _, _ := strings.Cut(f.Name, "_")
		if _, err := format.Parse(kind); err != nil {
			kind = "others"
		}
		kinds[kind] = append(kinds[kind], f)
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		list := kinds[kind]
		t.Run(kind, func(t *testing.T) {
			s := start(t)
			idle := s.workerPeak(t)
			for _, f := range list {
				if data, there := files[f.Name]; there {
					s.refuse(t, f, o.put("/"+f.Name, data))
				}
			}
			if got := s.workerPeak(t) - idle; got > maxHostile {
				t.Errorf("a worker held %d MiB above idle, want at most %d", got>>20, maxHostile>>20)
			}
			if died := s.log.all(func(e entry) bool { return e.msg() == "a worker died" }); len(died) > 0 {
				t.Errorf("workers died: %v", died)
			}
		})
	}
}

// refuse asks for a hostile file in every output format that its row is of.
func (s *server) refuse(t *testing.T, f hostile.File, url string) {
	for _, out := range []format.Format{format.WebP, format.JPEG, format.AVIF, format.PNG} {
		if !f.In(out) {
			continue
		}
		t.Run(f.Name+" as "+out.String(), func(t *testing.T) {
			a := s.get(t, s.signed("url", url, "w", "256", "f", out.String()))
			if f.OK {
				wantPicture(t, a, out)
			} else {
				refusal(t, a, f.Ends)
			}
		})
	}
}
