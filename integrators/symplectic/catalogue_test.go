package symplectic_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

func TestCatalogue(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		m, err := integrators.ByName(symplectic.Catalogue, e.Name)
		require.NoError(t, err)
		require.Same(t, e.Method, m)
		require.Equal(t, e.Name, m.(interface{ String() string }).String())
		require.NotEmpty(t, e.Doc)
	}
	_, err := integrators.ByName(symplectic.Catalogue, "leapfrog")
	require.ErrorContains(t, err, "verlet")
}

// Every method is in the catalogue and documents a formula and a citation.
func TestDocumentation(t *testing.T) {
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, n := range names {
		if !strings.HasSuffix(n, "_test.go") {
			f, err := parser.ParseFile(fset, n, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	p, err := doc.NewFromFiles(fset, files, "symplectic")
	require.NoError(t, err)
	vars := p.Vars
	for _, typ := range p.Types {
		vars = append(vars, typ.Vars...)
	}
	methods := 0
	for _, v := range vars {
		if v.Names[0] != "Catalogue" && !strings.HasPrefix(v.Names[0], "Err") {
			methods++
			require.Regexp(t, `(?m)^\t.*=`, v.Doc, v.Names[0])
			require.Regexp(t, `\(\d{4}\)`, v.Doc, v.Names[0])
		}
	}
	require.Equal(t, len(symplectic.Catalogue), methods)
}
