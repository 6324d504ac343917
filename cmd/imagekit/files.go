package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"imagekit/internal/format"
)

// pair is one file to read and the file to write.
type pair struct{ in, out string }

// pairs lays out what transform does: every input with its output. One input and an output that is no folder is one
// pair; otherwise out is a folder, and inputs that are folders are walked for images. Two inputs that would become
// the same file are refused, so nothing is overwritten by accident.
func pairs(inputs []string, out string, f format.Format) ([]pair, error) {
	folder, err := isFolder(out)
	if err != nil {
		return nil, err
	}
	if len(inputs) == 1 && !folder {
		if info, err := os.Stat(inputs[0]); inputs[0] == "-" || err != nil || !info.IsDir() {
			return []pair{{inputs[0], out}}, nil
		}
	}
	if out == "-" || slices.Contains(inputs, "-") {
		return nil, usagef(`"-" stands for one file, want it as the only input or output`)
	}
	var list []pair
	for _, in := range inputs {
		found, err := walk(in, out, f)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	from := map[string]string{}
	for _, p := range list {
		if other, clash := from[p.out]; clash {
			return nil, usagef("%s and %s would both become %s", other, p.in, p.out)
		}
		from[p.out] = p.in
	}
	if len(list) == 0 {
		return nil, usagef("no images in %s", strings.Join(inputs, ", "))
	}
	return list, nil
}

// isFolder reports whether the output is a folder: it is one already, or its name ends in a separator.
func isFolder(out string) (bool, error) {
	if strings.HasSuffix(out, string(filepath.Separator)) {
		return true, nil
	}
	info, err := os.Stat(out)
	if err != nil {
		return false, nil //nolint:nilerr // a file that does not exist yet
	}
	return info.IsDir(), nil
}

// walk pairs in, or the images below it, with files of the same name below out.
func walk(in, out string, f format.Format) ([]pair, error) {
	info, err := os.Stat(in)
	if err != nil {
		return nil, usageError{err}
	}
	if !info.IsDir() {
		return []pair{{in, filepath.Join(out, rename(filepath.Base(in), f))}}, nil
	}
	var list []pair
	err = filepath.WalkDir(in, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !looksLikeImage(path) {
			return err
		}
		rel, err := filepath.Rel(in, path)
		if err != nil {
			return err
		}
		list = append(list, pair{path, filepath.Join(out, rename(rel, f))})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", in, err)
	}
	return list, nil
}

// rename gives a path the extension of the output format.
func rename(path string, f format.Format) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + f.Ext()
}

// looksLikeImage goes by the name: in a folder that is what people mean. What is in the file decides later.
func looksLikeImage(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif":
		return true
	}
	return false
}
