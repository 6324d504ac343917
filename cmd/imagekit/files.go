package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// pair is one file to read and the file to write.
type pair struct{ in, out string }

// isFolder reports whether results go into the folder out. They do when there may be several, when out is a folder
// or when its name ends in a separator.
func isFolder(inputs []string, out string) (bool, error) {
	info, err := os.Stat(out)
	there := err == nil && out != "-"
	folder := len(inputs) > 1 || isDir(inputs[0]) || strings.HasSuffix(out, string(filepath.Separator)) || there &&
		info.IsDir()
	switch {
	case !folder:
		return false, nil
	case out == "-", slices.Contains(inputs, "-"):
		return false, usagef(`"-" is one file, want it as the only input, and the output to be a file`)
	case there && !info.IsDir():
		return false, usagef("%s is a file, want a folder for the results", out)
	}
	return true, nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return name != "-" && err == nil && info.IsDir()
}

// pairs lays out a batch: every input, and every image in the folders among them, with its result in the folder out.
// Two inputs that would become the same file are refused, so nothing is lost by accident. Ignored are the files in
// folders that are no images.
func pairs(inputs []string, out, ext string) (list []pair, ignored []string, err error) {
	ignored = []string{}
	for _, in := range inputs {
		if !isDir(in) { // one that is missing fails when it is read
			list = append(list, pair{in, filepath.Join(out, rename(filepath.Base(in), ext))})
			continue
		}
		found, others, err := walk(in, out, ext)
		if err != nil {
			return nil, nil, fmt.Errorf("look for images in %s: %w", in, err)
		}
		list, ignored = append(list, found...), append(ignored, others...)
	}
	from := map[string]string{}
	for _, p := range list {
		if other, clash := from[p.out]; clash {
			return nil, nil, usagef("%s and %s would both become %s", other, p.in, p.out)
		}
		from[p.out] = p.in
	}
	if len(list) == 0 {
		text := "no images in " + strings.Join(inputs, ", ")
		if len(ignored) > 0 {
			text += "; " + ignoredText(ignored)
		}
		return nil, nil, usagef("%s", text)
	}
	return list, ignored, nil
}

// maxNamed is how many ignored files are named.
const maxNamed = 10

// ignoredText names files that were no images.
func ignoredText(files []string) string {
	names, more := files, ""
	if len(files) > maxNamed {
		names, more = files[:maxNamed], fmt.Sprintf(" and %d more", len(files)-maxNamed)
	}
	exts := strings.Join(format.Exts(), ", ")
	return "ignored, not named like an image (" + exts + "): " + strings.Join(names, ", ") + more
}

// walk pairs the images below in with files of the same name below out, and lists the other files that are not hidden.
// An out that lies in in is left out, or a second run would take the results of the first.
func walk(in, out, ext string) (list []pair, ignored []string, err error) {
	results, _ := os.Stat(out) // nil when it is not there yet
	// The separator makes WalkDir follow in itself when it is a link.
	err = filepath.WalkDir(in+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(in, path)
		if err = errors.Join(err, relErr); err != nil || rel == "." {
			return err
		}
		switch hidden := strings.HasPrefix(d.Name(), "."); {
		case d.IsDir():
			if info, err := d.Info(); hidden || err == nil && os.SameFile(info, results) {
				return fs.SkipDir
			}
		case hidden:
		case looksLikeImage(d):
			list = append(list, pair{filepath.Join(in, rel), filepath.Join(out, rename(rel, ext))})
		default:
			ignored = append(ignored, filepath.Join(in, rel))
		}
		return nil
	})
	return list, ignored, err
}

// rename gives a path another extension.
func rename(path, ext string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ext
}

// looksLikeImage goes by the name: in a folder that is what people mean. What is in the file decides later. Pipes and
// devices are left alone.
func looksLikeImage(d fs.DirEntry) bool {
	return format.ByExt(filepath.Ext(d.Name())).Reads() && (d.Type().IsRegular() || d.Type() == fs.ModeSymlink)
}

// checkOverwrites refuses a result that would take the place of an input.
func checkOverwrites(list []pair) error {
	inputs := map[string]bool{}
	for _, p := range list {
		inputs[realPath(p.in)] = true
	}
	delete(inputs, "")
	for _, p := range list {
		if inputs[realPath(p.out)] {
			return usagef("%s would overwrite an input, want another output", p.out)
		}
	}
	return nil
}

// realPath returns one name for a file however it is written, "" when it is not a file that can be overwritten.
func realPath(name string) string {
	if name == "-" {
		return ""
	}
	resolved, err := filepath.EvalSymlinks(name)
	if err != nil {
		return ""
	}
	if info, err := os.Stat(resolved); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	abs, err := filepath.Abs(resolved)
	if err != nil {
		return ""
	}
	return abs
}

// writeWhole writes a file, making its folder if need be, under a temporary name beside it and renames it. A device
// or a pipe is written to as it is.
func writeWhole(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return fault.Plain(os.WriteFile(name, data, 0))
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fault.Plain(err)
	}
	temp := filepath.Join(dir, ".imagekit-"+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fault.Plain(err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return fault.Plain(err)
}
