package purge

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"imagekit/internal/sysfile"
)

// Add writes down that the results of some targets are wanted no more, in the file at path: all of them or, on an error,
// none. When it returns, every process on the directory knows it at its next look.
func Add(path string, targets ...Target) error {
	_, err := addRecords(path, recordsOf(targets))
	return err
}

func recordsOf(targets []Target) []record {
	records := make([]record, len(targets))
	for i, t := range targets {
		records[i] = t.record()
	}
	return records
}

// Swept writes down that nothing of what was purged up to a generation is left in the directory: then it may be forgotten
// one day.
func Swept(path string, generation uint64) error {
	_, err := addRecords(path, []record{{generation: generation, kind: kindSwept}})
	return err
}

// addRecords appends records, and gives those a generation that have none. It returns them.
func addRecords(path string, records []record) ([]record, error) {
	for {
		f, err := sysfile.Open(path, os.O_RDWR|os.O_CREATE, 0o640)
		if err != nil {
			return nil, err
		}
		done, err := addTo(f, path, records)
		if err = errors.Join(err, f.Close()); done || err != nil {
			return records, err
		}
	}
}

// addTo appends records to the open file, while nobody else may. It reports false when the file is not at path any more.
func addTo(f *os.File, path string, records []record) (done bool, err error) {
	if err := sysfile.Lock(f); err != nil {
		return false, err
	}
	st, err := sysfile.Stat(f)
	if err != nil {
		return false, err
	}
	if there, err := sysfile.Lstat(path); errors.Is(err, fs.ErrNotExist) || err == nil &&
		(there.Dev != st.Dev || there.Ino != st.Ino) {
		return false, nil
	}
	all, err := io.ReadAll(io.NewSectionReader(f, 0, most))
	if err != nil {
		return false, err
	}
	all = all[:len(all)/recordLen*recordLen] // a record whose writer died
	next := encode(records, nextGeneration(all, time.Now()))
	if len(all)+len(next) >= forgetAt {
		if recent := recentRecords(all, time.Now()); len(recent) < len(all) {
			if err = rewrite(path, append(recent, next...)); err == nil {
				return true, nil
			}
		}
		// A file that is open cannot be replaced everywhere: it grows on, up to its bound.
	}
	if len(all)+len(next) > most {
		return true, errors.Join(err, fmt.Errorf("%s is full: its purges are of the last day, or their results were never "+
			"removed", path))
	}
	_, err = f.WriteAt(next, int64(len(all)))
	return true, err
}

// encode returns the bytes of records. Those without a generation get one, from next on and behind those of the others.
func encode(records []record, next uint64) []byte {
	for _, r := range records {
		next = max(next, r.generation+1)
	}
	b := make([]byte, 0, len(records)*recordLen)
	for i := range records {
		if records[i].generation == 0 {
			records[i].generation = next
			next++
		}
		b = records[i].append(b)
	}
	return b
}

// rewrite replaces the file at once: a reader sees all of the old one or all of the new one.
func rewrite(path string, records []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), FileName+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(records)
	err = errors.Join(err, f.Chmod(0o640), f.Close())
	if err == nil {
		err = sysfile.Replace(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
