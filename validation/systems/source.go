package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// moduleRoot is the directory of go.mod at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod at or above the working directory")
		}
		dir = up
	}
}

// source knows what the packages of the module declare.
type source struct {
	root  string
	names map[string]map[string]bool // by directory: "Name" or "Type.Method"
}

// declares reports whether "path/of/package.Name" or "path/of/package.Type.Method" is in
// the source: an example or a test in a test file, anything else in another.
func (s *source) declares(name string) (bool, error) {
	slash := strings.LastIndexByte(name, '/')
	last, declared, found := strings.Cut(name[slash+1:], ".")
	if !found {
		return false, nil
	}
	dir := name[:slash+1] + last
	if s.names[dir] == nil {
		if err := s.read(dir); err != nil {
			return false, err
		}
	}
	return s.names[dir][declared], nil
}

func (s *source) read(dir string) error {
	if s.names == nil {
		s.names = map[string]map[string]bool{}
	}
	names := map[string]bool{}
	s.names[dir] = names
	files, err := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(dir), "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		inTest := strings.HasSuffix(file, "_test.go")
		for _, d := range f.Decls {
			for _, name := range declared(d) {
				if isTest := strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Example"); isTest == inTest {
					names[name] = true
				}
			}
		}
	}
	return nil
}

// declared are the names of a declaration, with those of a struct's fields after its own.
func declared(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil && len(d.Recv.List) == 1 {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		return []string{name}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
				if t, ok := spec.Type.(*ast.StructType); ok {
					for _, field := range t.Fields.List {
						for _, n := range field.Names {
							names = append(names, spec.Name.Name+"."+n.Name)
						}
					}
				}
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
