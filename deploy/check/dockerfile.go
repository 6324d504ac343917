package check

import (
	"fmt"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Dockerfile returns the stages of a Dockerfile and the warnings of BuildKit's parser.
func Dockerfile(path string) ([]instructions.Stage, []string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	parsed, err := parser.Parse(f)
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	for _, w := range parsed.Warnings {
		warnings = append(warnings, fmt.Sprintf("line %v: %s", w.Location, w.Short))
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	return stages, warnings, err
}
