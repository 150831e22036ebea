package divergence

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every distance documents a formula and a citation, and the catalogue has it.
func TestDocumentation(t *testing.T) {
	fset := token.NewFileSet()
	names, err := os.ReadDir(".")
	require.NoError(t, err)
	var files []*ast.File
	var catalogue string
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, n.Name(), nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
		if n.Name() == "catalogue.go" {
			text, err := os.ReadFile(n.Name())
			require.NoError(t, err)
			catalogue = string(text)
		}
	}
	p, err := doc.NewFromFiles(fset, files, "divergence")
	require.NoError(t, err)
	citation, formula := regexp.MustCompile(`\(\d{4}\)`), regexp.MustCompile(`(?m)^\t.*=`)
	found := 0
	for _, f := range p.Funcs {
		params := f.Decl.Type.Params.List
		if len(params) == 0 {
			continue
		}
		if star, ok := params[0].Type.(*ast.StarExpr); !ok || star.X.(*ast.Ident).Name != "Gaussian" {
			continue
		}
		found++
		require.Regexp(t, citation, f.Doc, f.Name)
		require.Regexp(t, formula, f.Doc, f.Name)
		require.Regexp(t, `\b`+f.Name+`\b`, catalogue)
	}
	require.Equal(t, 7, found)

	seen := map[string]bool{}
	for _, e := range Catalogue() {
		require.False(t, seen[e.Name], e.Name)
		seen[e.Name] = true
		require.NotEmpty(t, e.Doc, e.Name)
	}
}
