package docs

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// The guide names a remedy for every way to fail, and no way that there is not.
func TestStatuses(t *testing.T) {
	_, table, found := strings.Cut(readGuide(t), "\n### Statuses\n")
	if !found {
		t.Fatal("no table of statuses")
	}
	got := map[string]bool{}
	for line := range strings.SplitSeq(table, "\n") {
		cells := cellsOf(line)
		if len(cells) != 4 || cells[0] == "status" || strings.HasPrefix(cells[0], "--") {
			continue
		}
		got[cells[0]+" "+strings.Trim(cells[1], "`")] = true
		if cells[2] == "" || cells[3] == "" {
			t.Errorf("%s: want what it means and what to do", line)
		}
	}
	for _, k := range fault.Kinds() {
		row := fmt.Sprintf("%d %s", k.Row().Status, k)
		if !got[row] {
			t.Errorf("%s is missing", row)
		}
		delete(got, row)
	}
	for row := range got {
		t.Errorf("%s is in the guide but not in the program", row)
	}
}

// What stands in the guide as JSON is JSON.
func TestJSON(t *testing.T) {
	blocks, _ := parseBlocks(readGuide(t))
	for _, b := range blocks {
		if b.info == "json" && !json.Valid([]byte(b.text)) {
			t.Errorf("line %d: not JSON", b.line)
		}
	}
}

// cellsOf returns the cells of a row of a Markdown table; none for other lines. A bar in a cell is written \|.
func cellsOf(line string) []string {
	row, ok := strings.CutPrefix(line, "| ")
	if !ok {
		return nil
	}
	return strings.Split(strings.TrimSuffix(row, " |"), " | ")
}
