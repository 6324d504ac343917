// The architecture as a test: who may import whom, where C may be called, and how large things may grow.
// A rule that has to give way is changed here, in the same commit, with the reason in docs/adr.
package imagekit_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rules reads "a, b < c": c may import a and b. What is not said is forbidden. Standard library and modules are not
// ruled here; cmd/imagekit may import everything and nothing imports it. Test files may import anything.
const rules = `
NONE < cicp, lru, orientation, opt, fault, format, flight, stage, icc, gifblock, mmap, peercred, sysfile, testkit/golden;
NONE < backlog, breaker, bulkhead, lograte, testkit/s3gateway;
NONE < header, testkit/plaintest;
mmap < frame;
stage < metric, trace;
NONE < percent;
format < blob;
blob, fault, opt, percent < source;
fault < sign, clientip, limit, testkit/evilorigin;
opt < effect;
effect, fault, format, opt, percent, source < param;
fault, format, opt, param, source < addressing;
addressing, format, opt, param < settings;
cicp, fault, format, gifblock, header, icc < probe;
cicp, effect, fault, format, gifblock, icc, param, probe, orientation < plan;
NONE < codec/wasm;
fault, format, frame < codec/png;
cicp, fault, format, frame < codec/jpeg;
cicp, fault, format, frame, lru < scale;
cicp, codec/wasm, fault, format, frame < codec/webp;
cicp, codec/wasm, fault, format, frame, probe < codec/avif;
fault, frame, gifblock < codec/gif;
fault, frame, header < codec/pure;
NONE < text;
effect, fault, format, frame, orientation < op;
frame, icc < look;
cicp, fault, frame, icc < color;
blob, cicp, codec/avif, codec/gif, codec/jpeg, codec/png, codec/pure, codec/webp, color, effect, fault, format, frame, header, icc, look, op, param, plan, probe, scale, stage, text < engine;
blob, clientip, fault, format, plan, stage < worker;
blob, plan, stage < worker/breakout;
backlog, blob, bulkhead, fault, format, lograte < cache;
bulkhead, fault, source, sysfile < cache/purge;
bulkhead, cache, cache/purge, fault, lru, mmap, sysfile < cache/disk;
backlog, breaker, bulkhead, cache, lograte < cache/tier;
cache < cache/object;
blob, fault, format, trace, source < fetch;
blob, fault, format < sample;
blob, bulkhead, fault, format, source < folder;
blob, fault, format, probe < named;
blob, cache, fault, flight, format, lru, mmap, named, opt, param, plan, probe, stage, text, trace < render;
opt, param < playground;
NONE < serverlog;
cache, cache/disk, cache/purge, fault, render < cacheadmin;
opt, param, settings < completion;
fault, format, param < dialect;
dialect, effect, format, opt, param, source < dialect/cloudflare;
dialect, effect, fault, format, opt, param, source < dialect/imgproxy;
dialect, fault, format, opt, param, source < dialect/next;
dialect, effect, fault, format, opt, param, source < dialect/thumbor;
addressing, blob, cache/purge, clientip, dialect, fault, format, limit, lograte, metric, opt, param, percent, playground, render, sign, source, stage, trace < server;
NONE < testkit/giftest, testkit/noise;
fault, format < testkit/hostile;
param, sign < testkit/instance;
blob, cache, format < testkit/cachetest;
cicp, codec/avif, codec/jpeg, codec/webp, fault, format, frame, op, scale < testkit/imagetest;
`

// mayCallC lists the only packages with import "C". None of them may be reached from the serving packages.
var mayCallC = []string{"frame", "codec/jpeg", "codec/png", "codec/webp", "codec/avif", "scale", "color"}

// owners lists modules that one package hides from the others. Tests may import anything.
var owners = map[string]string{
	"go.opentelemetry.io/otel": "trace", "github.com/prometheus/": "metric",
	"github.com/minio/": "cache/object", "github.com/go-text/": "text",
}

// serving lists the packages that hold connections; no C code may be reachable from them.
var serving = []string{"server", "render", "worker", "cache", "cache/disk", "fetch"}

const (
	maxFileLines = 400
	maxFuncLines = 57
	maxTestLines = 60 // of a function in a test
)

var bannedNames = []string{"util", "utils", "common", "helper", "helpers", "misc"}

// file is one parsed Go file of the repo.
type file struct {
	path string // slash-separated, from the root
	dir  string // of the package, without "internal/"
	test bool
	ast  *ast.File
	set  *token.FileSet
}

func parseAll(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		slash := filepath.ToSlash(p)
		files = append(files, file{
			path: slash, dir: strings.TrimPrefix(path.Dir(slash), "internal/"),
			test: strings.HasSuffix(p, "_test.go"), ast: parsed, set: set,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// parseRules returns for every package the packages it may import.
func parseRules(t *testing.T) map[string][]string {
	t.Helper()
	allowed := map[string][]string{}
	for rule := range strings.SplitSeq(rules, ";") {
		from, to, ok := strings.Cut(rule, "<")
		if !ok {
			continue
		}
		for importer := range strings.SplitSeq(to, ",") {
			importer = strings.TrimSpace(importer)
			if _, twice := allowed[importer]; twice {
				t.Errorf("%s has two rules", importer)
			}
			allowed[importer] = []string{}
			for imported := range strings.SplitSeq(from, ",") {
				if imported = strings.TrimSpace(imported); imported != "NONE" {
					allowed[importer] = append(allowed[importer], imported)
				}
			}
		}
	}
	return allowed
}

// imports returns what each internal package imports of the others ("C" included), tests left out.
func imports(files []file) map[string][]string {
	graph := map[string][]string{}
	for _, f := range files {
		if f.test || !strings.HasPrefix(f.path, "internal/") {
			continue
		}
		graph[f.dir] = append(graph[f.dir], []string{}...)
		for _, i := range f.ast.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if name == "C" {
				graph[f.dir] = append(graph[f.dir], name)
			} else if rest, ok := strings.CutPrefix(name, "imagekit/internal/"); ok {
				graph[f.dir] = append(graph[f.dir], rest)
			}
		}
	}
	return graph
}

func TestImports(t *testing.T) {
	allowed, graph := parseRules(t), imports(parseAll(t))
	for _, pkg := range slices.Sorted(maps.Keys(graph)) {
		rule, known := allowed[pkg]
		if !known {
			t.Errorf("package %s has no rule: add it to rules, as low as it can be", pkg)
		}
		for _, imported := range graph[pkg] {
			switch {
			case imported == "C" && !slices.Contains(mayCallC, pkg):
				t.Errorf("%s imports C; only %s may", pkg, strings.Join(mayCallC, ", "))
			case imported != "C" && !slices.Contains(rule, imported):
				t.Errorf("%s imports %s; it may import %v", pkg, imported, rule)
			}
		}
	}
	for pkg := range allowed {
		if _, there := graph[pkg]; !there {
			t.Errorf("there is a rule for %s but no such package", pkg)
		}
	}
}

func TestOwners(t *testing.T) {
	used := map[string]bool{}
	for _, f := range parseAll(t) {
		if f.test {
			continue
		}
		for _, i := range f.ast.Imports {
			for module, owner := range owners {
				if name := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(name, module) {
					used[module] = true
					if f.dir != owner {
						t.Errorf("%s imports %s; only %s may", f.path, name, owner)
					}
				}
			}
		}
	}
	for module := range owners {
		if !used[module] {
			t.Errorf("nobody imports %s any more", module)
		}
	}
}

// A crash in C must never take the server's process down, so nothing that holds connections may reach C.
func TestServingPackagesReachNoC(t *testing.T) {
	graph := imports(parseAll(t))
	for _, start := range serving {
		seen := map[string]bool{}
		var walk func(pkg string, way []string)
		walk = func(pkg string, way []string) {
			way = append(way, pkg)
			if pkg == "C" {
				t.Errorf("C is reachable: %s", strings.Join(way, " → "))
			}
			if seen[pkg] {
				return
			}
			seen[pkg] = true
			for _, next := range graph[pkg] {
				walk(next, slices.Clone(way))
			}
		}
		walk(start, nil)
	}
}

func TestBudgets(t *testing.T) {
	for _, f := range parseAll(t) {
		source, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, the budget is %d", f.path, n, maxFileLines)
		}
		if slices.Contains(bannedNames, strings.TrimSuffix(f.ast.Name.Name, "_test")) {
			t.Errorf("%s: package %s says nothing about its job", f.path, f.ast.Name.Name)
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: init() hides what happens at start; call it from cmd", f.path)
			}
			budget := maxFuncLines
			if f.test {
				budget = maxTestLines
			}
			if n := f.lines(fn); n > budget {
				t.Errorf("%s: %s has %d lines, the budget is %d", f.path, fn.Name.Name, n, budget)
			}
		}
	}
}
