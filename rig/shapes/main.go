// Command shapes has the real program write pictures of every extreme shape in every format, and other people's decoders
// read them: a result that only its own library can read would be kept for a year. Run it by make rig-shapes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"imagekit/internal/format"
)

func main() {
	binary := flag.String("binary", "bin/imagekit", "the program to try")
	only := flag.String("only", "", "try this format alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, *only); err != nil {
		fmt.Fprintln(os.Stderr, "shapes:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, only string) error {
	dir, err := os.MkdirTemp("", "imagekit-shapes-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	list, stop := readers(ctx, dir)
	defer stop()
	bad := 0
	for _, f := range format.Outputs() {
		if only != "" && only != f.String() {
			continue
		}
		sizes := shapes(f)
		n, err := try(ctx, binary, dir, f, sizes, list)
		if err != nil {
			return err
		}
		word := "ok    "
		if n > 0 {
			word = "MISSED"
		}
		fmt.Printf("%s  %-5s %3d shapes, %d not read as they should be\n", word, f, len(sizes), n)
		bad += n
	}
	if bad > 0 {
		return errors.New("some results are not read by everybody, see above")
	}
	return nil
}

// try writes every shape in a format and has all readers of the format read it. It returns how many failed.
func try(ctx context.Context, binary, dir string, f format.Format, sizes []image.Point, list []reader) (bad int, err error) {
	for _, size := range sizes {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		source, result := filepath.Join(dir, "source.png"), filepath.Join(dir, "result"+f.Ext())
		if err := writeSource(source, size); err != nil {
			return bad, err
		}
		cmd := exec.CommandContext(ctx, binary, "transform", "--force", source, result, "f="+f.String())
		if text, err := cmd.CombinedOutput(); err != nil {
			fmt.Printf("        %s %v: it cannot be written: %s\n", f, size, strings.TrimSpace(string(text)))
			bad++
			continue
		}
		for _, r := range list {
			if !strings.Contains(r.formats, f.String()) || r.side > 0 && max(size.X, size.Y) > r.side {
				continue
			}
			if err := check(ctx, r, result, size); err != nil {
				fmt.Printf("        %s %v: %s: %v\n", f, size, r.name, err)
				bad++
			}
		}
	}
	return bad, nil
}

// check has a reader read a result.
func check(ctx context.Context, r reader, file string, size image.Point) error {
	places := places(size)
	got, colors, err := r.read(ctx, file, places)
	switch {
	case errors.Is(err, errTooLarge):
		return nil
	case err != nil:
		return err
	case got != size:
		return fmt.Errorf("it finds %v", got)
	}
	for i, p := range places {
		if want := colorAt(size, p); far(want, colors[i]) {
			return fmt.Errorf("want %v at %v, got %v", want, p, colors[i])
		}
	}
	return nil
}
