package sampler_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
)

// Every rule of the lists says what it is in its file: a formula, what it costs, and
// where it is from.
func TestRulesAreDocumented(t *testing.T) {
	fset := token.NewFileSet()
	names, err := os.ReadDir(".")
	require.NoError(t, err)
	var files []*ast.File
	for _, n := range names {
		if strings.HasSuffix(n.Name(), ".go") && !strings.HasSuffix(n.Name(), "_test.go") {
			f, err := parser.ParseFile(fset, n.Name(), nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/ito-sde/ito/score/sampler")
	require.NoError(t, err)
	docs := map[string]string{}
	for _, v := range p.Types {
		docs[v.Name] = v.Doc
	}
	formula, source := regexp.MustCompile(`\n\n?\t\S`), regexp.MustCompile(`\((19|20)\d\d\)`)
	check := func(rule any) {
		name := reflect.TypeOf(rule).Name()
		// Rules in terms of others in place of a formula of their own.
		again := name == "DPMSolver12" || name == "DPMSolver23"
		require.True(t, again || formula.MatchString(docs[name]), "%s has no formula", name)
		require.Regexp(t, source, docs[name], name)
		require.Regexp(t, `evaluation|method's`, docs[name], name)
	}
	for _, e := range sampler.All() {
		check(e.Rule)
	}
	for _, e := range sampler.Adaptives {
		check(e.Rule)
	}
}
