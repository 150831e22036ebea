package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"sort"
	"strings"
)

// A place is where a formula can be broken, and how.
type place struct{ Where, Was, Now string }

// mutator rewrites formulas so that every operator asks whether it is the one
// to break. It edits the text: an expression a + b becomes mutantAdd(k, a, b).
type mutator struct{ places []place }

// quiet are functions without a formula.
var quiet = map[string]bool{"Memory": true, "Cost": true, "Start": true, "stage": true, "orderWithin": true, "parts": true}

// swap names the field taken for another.
var swap = map[string]string{"Sigma": "Alpha", "Alpha": "Sigma", "To": "From", "From": "To", "Next": "Time", "Time": "Next"}

// file returns the rewritten source of one file.
func (m *mutator) file(path string) ([]byte, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return m.source(path, src)
}

func (m *mutator) source(path string, src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, 0)
	if err != nil {
		return nil, err
	}
	e := editor{mutator: m, fset: fset, src: src}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !quiet[fn.Name.Name] {
			e.function(fn.Body)
		}
	}
	return format.Source(e.apply())
}

type editor struct {
	*mutator
	fset  *token.FileSet
	src   []byte
	edits []edit
}

type edit struct {
	at, drop int
	text     string
}

func (e *editor) offset(p token.Pos) int      { return e.fset.Position(p).Offset }
func (e *editor) text(n ast.Node) string      { return string(e.src[e.offset(n.Pos()):e.offset(n.End())]) }
func (e *editor) insert(at int, s string)     { e.edits = append(e.edits, edit{at: at, text: s}) }
func (e *editor) replace(at, n int, s string) { e.edits = append(e.edits, edit{at, n, s}) }

// choice notes a way to break n and returns its number.
func (e *editor) choice(n ast.Node, now string) int {
	p := e.fset.Position(n.Pos())
	e.places = append(e.places, place{fmt.Sprintf("%s:%d", p.Filename, p.Line), e.text(n), now})
	return len(e.places)
}

// function opens calls on the way down and closes them on the way up, so that
// the edits at one offset stand in the order that nesting asks for.
func (e *editor) function(body *ast.BlockStmt) {
	skip := map[ast.Node]bool{}
	var open []ast.Node
	closing := map[ast.Node]string{}
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			last := open[len(open)-1]
			open = open[:len(open)-1]
			if s, ok := closing[last]; ok {
				e.insert(e.offset(last.End()), s)
			}
			return true
		}
		if skip[n] {
			return false
		}
		switch n := n.(type) {
		case *ast.GenDecl, *ast.IncDecStmt, *ast.ArrayType: // constants stay constant
			return false
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				skip[l] = true
			}
		case *ast.RangeStmt:
			skip[n.X] = true
		case *ast.ForStmt:
			for _, part := range []ast.Node{n.Init, n.Cond, n.Post} {
				skip[part] = true
			}
		case *ast.IfStmt:
			skip[n.Cond] = true
		case *ast.IndexExpr: // a wrong index is a crash, not a wrong formula
			skip[n.Index] = true
		case *ast.SliceExpr:
			skip[n.Low], skip[n.High] = true, true
		}
		open = append(open, n)
		switch n := n.(type) {
		case *ast.BinaryExpr:
			e.binary(n, closing)
		case *ast.UnaryExpr:
			if _, literal := n.X.(*ast.BasicLit); n.Op == token.SUB && !literal {
				e.replace(e.offset(n.Pos()), 1, fmt.Sprintf("mutantNeg(%d, ", e.choice(n, "without minus")))
				closing[n] = ")"
			}
		case *ast.SelectorExpr:
			if other := swap[n.Sel.Name]; other != "" {
				e.insert(e.offset(n.Pos()), fmt.Sprintf("mutantOr(%d, ", e.choice(n, "."+other)))
				closing[n] = fmt.Sprintf(", %s.%s)", e.text(n.X), other)
			}
		}
		return true
	})
}

func (e *editor) binary(n *ast.BinaryExpr, closing map[ast.Node]string) {
	_, a := n.X.(*ast.BasicLit)
	_, b := n.Y.(*ast.BasicLit)
	if a && b {
		return
	}
	var name string
	var k int
	switch n.Op {
	case token.ADD:
		name, k = "Add", e.choice(n, "a − b")
	case token.SUB:
		name, k = "Sub", e.choice(n, "a + b")
	case token.MUL:
		name, k = "Mul", e.choice(n, "b")
		e.choice(n, "a/b")
	case token.QUO:
		name, k = "Quo", e.choice(n, "a")
		e.choice(n, "a b")
	default:
		return
	}
	e.insert(e.offset(n.Pos()), fmt.Sprintf("mutant%s(%d, ", name, k))
	e.replace(e.offset(n.OpPos), len(n.Op.String()), ",")
	closing[n] = ")"
}

func (e *editor) apply() []byte {
	// Where an operand ends at its operator, the operand is closed first.
	sort.SliceStable(e.edits, func(i, j int) bool {
		a, b := e.edits[i], e.edits[j]
		return a.at < b.at || a.at == b.at && a.drop == 0 && b.text == ","
	})
	var b strings.Builder
	at := 0
	for _, d := range e.edits {
		b.Write(e.src[at:d.at])
		b.WriteString(d.text)
		at = d.at + d.drop
	}
	b.Write(e.src[at:])
	return []byte(b.String())
}
