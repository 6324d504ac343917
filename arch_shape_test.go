package imagekit_test

import (
	"bytes"
	"go/ast"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// equipment is what tests, rigs and benchmarks stand on. The product must not.
var equipment = []string{"internal/testkit/", "bench/", "rig/"}

// isEquipment reports whether a file is part of it.
func (f file) isEquipment() bool {
	return slices.ContainsFunc(equipment, func(dir string) bool { return strings.HasPrefix(f.path, dir) })
}

// isProduct reports whether a file ends up in the program.
func (f file) isProduct() bool {
	return !f.test && !f.isEquipment() && (strings.HasPrefix(f.path, "cmd/") || strings.HasPrefix(f.path, "internal/"))
}

// lines counts the lines of a declaration.
func (f file) lines(n ast.Node) int {
	return f.set.Position(n.End()).Line - f.set.Position(n.Pos()).Line + 1
}

// Nothing that ends up in the program imports what is there to test it, and nothing imports the server but the command.
func TestProductImportsNoEquipment(t *testing.T) {
	for _, f := range parseAll(t) {
		if !f.isProduct() {
			continue
		}
		for _, i := range f.ast.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if strings.HasPrefix(name, "imagekit/internal/testkit") {
				t.Errorf("%s imports %s", f.path, name)
			}
			if name == "imagekit/internal/server" && f.dir != "cmd/imagekit" {
				t.Errorf("%s imports %s; only cmd/imagekit may", f.path, name)
			}
		}
	}
}

// The rules read from below: a package stands under all that it may import, so that no arrow leads back up.
func TestRulesReadFromBelow(t *testing.T) {
	above := map[string]bool{}
	for rule := range strings.SplitSeq(rules, ";") {
		from, to, _ := strings.Cut(rule, "<")
		for imported := range strings.SplitSeq(from, ",") {
			if imported = strings.TrimSpace(imported); imported != "" && imported != "NONE" && !above[imported] {
				t.Errorf("%s is imported by %s before it has a rule", imported, strings.TrimSpace(to))
			}
		}
		for importer := range strings.SplitSeq(to, ",") {
			above[strings.TrimSpace(importer)] = true
		}
	}
}

// In the two largest packages no file leads back to one that uses it: what many commands or routes need stands in files
// below them. A type whose methods stand in several files, as those of the server and of an exchange do, is of them all.
func TestFilesHaveNoCircle(t *testing.T) {
	for _, dir := range []string{"cmd/imagekit", "server"} {
		t.Run(dir, func(t *testing.T) { wantNoCircle(t, dir) })
	}
}

// wantNoCircle follows the names that the files of a package use of each other.
func wantNoCircle(t *testing.T, dir string) {
	t.Helper()
	declared := map[string]string{} // name → file
	homes := map[string]string{}    // type → the file of its methods, "" if there are several
	uses := map[string][]string{}   // file → names that are declared elsewhere
	for _, f := range parseAll(t) {
		if f.dir != dir || f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			if name := receiver(d); name != "" {
				if home, ok := homes[name]; ok && home != f.path {
					homes[name] = ""
					continue
				}
				homes[name] = f.path
			}
		}
		for name, object := range f.ast.Scope.Objects {
			if object.Decl != nil {
				declared[name] = f.path
			}
		}
		for _, unresolved := range f.ast.Unresolved {
			uses[f.path] = append(uses[f.path], unresolved.Name)
		}
	}
	for name, home := range homes {
		if home == "" {
			delete(declared, name)
		}
	}
	const begun, done = 1, 2
	state := map[string]int{}
	var visit func(path string, way []string)
	visit = func(path string, way []string) {
		state[path] = begun
		for _, name := range uses[path] {
			next := declared[name]
			if next == "" || next == path || state[next] == done {
				continue
			}
			step := append(slices.Clone(way), path+" uses "+name)
			if state[next] == begun {
				t.Errorf("a circle back to %s: %s", next, strings.Join(step, ", "))
				continue
			}
			visit(next, step)
		}
		state[path] = done
	}
	for _, path := range slices.Sorted(maps.Keys(uses)) {
		if state[path] == 0 {
			visit(path, nil)
		}
	}
}

// receiver returns the type whose method d is, "" for anything else.
func receiver(d ast.Decl) string {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Recv == nil {
		return ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// What the budgets hold one by one, this holds for the whole: short functions, and a house of which most is the product.
func TestShape(t *testing.T) {
	const (
		longest = 24 // of nine functions in ten
		share   = 80 // percent of what is neither test nor equipment
	)
	var functions []int
	product, rest := 0, 0
	for _, f := range parseAll(t) {
		if f.test || f.isEquipment() {
			continue
		}
		source, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		n := bytes.Count(source, []byte("\n"))
		if !f.isProduct() {
			rest += n
			continue
		}
		product += n
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				functions = append(functions, f.lines(fn))
			}
		}
	}
	slices.Sort(functions)
	if p90 := functions[len(functions)*9/10]; p90 > longest {
		t.Errorf("one function of ten is longer than %d lines, want at most %d", p90, longest)
	}
	if 100*product <= share*(product+rest) {
		t.Errorf("the product is %d of %d lines, want more than %d %%", product, product+rest, share)
	}
}
