//go:build unix

package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	tests := []struct {
		name string
		make func(*tally)
		want string
	}{
		{"nothing to do", func(t *tally) { t.Skipped = 4 }, "0 of 4 done, 4 skipped"},
		{"all failed", func(t *tally) { t.fail("a", "b"); t.Failed = 4 }, "0 of 4 done, 4 failed"},
		{
			"all", func(t *tally) { t.Done = 3; t.add(sizes{2048, 1024}) },
			"4 of 4 done in 2s, 2.0 images/s, 2.0 KiB in, 1.0 KiB out",
		},
		{
			"some of each",
			func(t *tally) { t.Skipped = 2; t.add(sizes{1 << 20, 1}); t.fail("a", "b") },
			"1 of 4 done, 2 skipped, 1 failed in 2s, 0.5 images/s, 1.0 MiB in, 1 B out",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sum := tally{Files: 4, Seconds: 2}
			tt.make(&sum)
			if got := sum.String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The help says which fields --json has.
func TestTallyIsDocumented(t *testing.T) {
	text, err := json.Marshal(&tally{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	help := askedHelp(root(nil, system{}), []string{"transform", "--help", topicSettings})
	for name := range fields {
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("the help of transform does not explain %s", name)
		}
	}
}
