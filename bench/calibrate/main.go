// Command calibrate finds which quality numbers of libwebp and libavif look like a quality of libjpeg. Run in the
// module's root it measures pictures with two perceptual metrics, adds what it found to
// bench/calibrate/measurements.txt, and writes from that file the table in internal/plan/quality.go, the plot
// docs/plots/quality.svg and the figures of docs/quality.md. -fit leaves the measuring out.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// What calibrate reads and writes, from the module's root.
const (
	measurementsFile = "bench/calibrate/measurements.txt"
	tableFile        = "internal/plan/quality.go"
	plotFile         = "docs/plots/quality.svg"
	docsFile         = "docs/quality.md"
)

func main() {
	fitOnly := flag.Bool("fit", false, "do not measure: write table, plot and docs from the measurements there are")
	photos := flag.String("photos", "../shared/photos", "folder of the photos that are not made by code")
	flag.Parse()
	log.SetFlags(0)
	if err := calibrate(*photos, *fitOnly); err != nil {
		log.Fatal("calibrate: ", err)
	}
}

func calibrate(photos string, fitOnly bool) error {
	old, err := os.ReadFile(measurementsFile)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	m, err := parseMeasurements(string(old))
	if err != nil {
		return err
	}
	if !fitOnly {
		if err := measureAll(m, photos); err != nil {
			return err
		}
		if err := write(measurementsFile, m.String()); err != nil {
			return err
		}
	}
	for name, render := range outputs {
		before, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		after, err := render(m, string(before))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := write(name, after); err != nil {
			return err
		}
	}
	return nil
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
