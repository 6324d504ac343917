package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// unfinished returns the pairs of a batch that have yet to be done. A result of an earlier run stays when it is newer
// than its source, newer than the note in the folder, and the note says that the recipe is the same. Results appear under
// their names only when they are whole, so what is there is finished.
//
// The note is written when a recipe is new, before the first result. Its time tells the results of the recipe from older
// ones that a run with another recipe left, also when this run is interrupted. With force it is written in any case.
func unfinished(list []pair, out, ext, recipe string, force bool) ([]pair, error) {
	note := filepath.Join(out, ".imagekit-"+ext[1:]+".txt")
	text := "Written by imagekit transform, to go on where a run was interrupted. What is newer than this file was made " +
		"with\n" + recipe
	if info, err := os.Stat(note); err == nil && !force {
		if old, err := os.ReadFile(note); err == nil && string(old) == text {
			return newSince(info.ModTime(), list), nil
		}
	}
	if err := writeWhole(note, []byte(text)); err != nil {
		return list, fmt.Errorf("write %s: %w", note, err)
	}
	return list, nil
}

// newSince returns the pairs without a result that was made after start and after their source. Of two files of the same
// time nobody knows which was first, so such a result is made again.
func newSince(start time.Time, list []pair) []pair {
	var rest []pair
	for _, p := range list {
		in, inErr := os.Stat(p.in)
		out, outErr := os.Stat(p.out)
		if inErr != nil || outErr != nil || !out.Mode().IsRegular() || out.Size() == 0 ||
			!out.ModTime().After(in.ModTime()) || !out.ModTime().After(start) {
			rest = append(rest, p)
		}
	}
	return rest
}
