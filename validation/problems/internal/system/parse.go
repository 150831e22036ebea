// Package system reads differential equations written as text, evaluates them
// and their derivatives in 106 bits, and solves them: by Taylor series where
// they are not stiff, by collocation on Radau's points where they are.
//
//	x' = 10*(y - x)     a derivative; the order of these is that of the state
//	M(2,3) = -c         an entry of M in M y' = f(t, y), the identity else
//	x(0) = 1            an initial value, 0 else
//	c = 8/3             an abbreviation, for all lines below it
//	T = 10              the end of the integration, which starts at t = 0
//
// Right-hand sides are Go expressions of +, −, *, /, sqrt, exp, log, sin, cos,
// t and pi, and floor of expressions that jump only where t is a whole number.
// Numbers are exact decimals.
package system

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

// System is M y' = f(t, y), y(0) = Y0, up to T.
type System struct {
	Y0   []dd.Real
	T    dd.Real
	Mass []Entry // nil: the identity

	tape
	f     []int   // nodes
	below [][]int // of every f
}

// Entry is one of a matrix.
type Entry struct {
	I, J int
	V    dd.Real
}

// Dim is the number of equations.
func (s *System) Dim() int { return len(s.f) }

// Parse reads a system.
func Parse(text string) (*System, error) {
	p := &source{s: &System{tape: tape{index: map[node]int{}}}, names: map[string]int{}}
	lines := strings.Split(text, "\n")
	// Components are known to all lines.
	for _, line := range lines {
		left, _, _ := strings.Cut(line, "=")
		if name, ok := strings.CutSuffix(strings.TrimSpace(left), "'"); ok {
			p.names[name] = p.s.push(node{op: state, a: len(p.states)})
			p.states = append(p.states, name)
		}
	}
	p.s.Y0 = make([]dd.Real, len(p.states))
	p.names["t"] = p.s.push(node{op: clock})
	p.names["pi"] = p.s.push(node{op: constant, c: dd.Pi})
	for i, line := range lines {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("system: line %d, %q: %w", i+1, line, err)
		}
	}
	if len(p.states) == 0 || !(p.s.T.Hi > 0) {
		return nil, fmt.Errorf("system: %d equations up to T = %v", len(p.states), p.s.T.Hi)
	}
	for _, i := range p.s.f {
		p.s.below = append(p.s.below, p.s.tape.below(i))
	}
	return p.s, nil
}

type source struct {
	s      *System
	states []string
	names  map[string]int
}

func (p *source) line(line string) error {
	left, right, ok := strings.Cut(line, "=")
	if !ok {
		return fmt.Errorf("no equation")
	}
	left = strings.TrimSpace(left)
	e, err := parser.ParseExpr(right)
	if err != nil {
		return err
	}
	i, err := p.expr(e)
	if err != nil {
		return err
	}
	value := p.s.nodes[i]
	known := value.op == constant
	if name, ok := strings.CutSuffix(left, "(0)"); ok {
		k, isState := p.names[name]
		if !isState || p.s.nodes[k].op != state || !known {
			return fmt.Errorf("no initial value of a component")
		}
		p.s.Y0[p.s.nodes[k].a] = value.c
		return nil
	}
	var row, col int
	if n, _ := fmt.Sscanf(left, "M(%d,%d)", &row, &col); n == 2 {
		if !known || min(row, col) < 1 || max(row, col) > len(p.states) {
			return fmt.Errorf("no entry of M")
		}
		p.s.Mass = append(p.s.Mass, Entry{row - 1, col - 1, value.c})
		return nil
	}
	switch {
	case left == "T":
		if !known {
			return fmt.Errorf("no constant")
		}
		p.s.T = value.c
	case strings.HasSuffix(left, "'"):
		p.s.f = append(p.s.f, i)
	case p.names[left] != 0 || len(p.states) > 0 && left == p.states[0]:
		return fmt.Errorf("%s is taken", left)
	default:
		p.names[left] = i
	}
	return nil
}

var operators = map[token.Token]op{token.ADD: add, token.SUB: sub, token.MUL: mul, token.QUO: div}

var functions = map[string]op{"floor": floor, "sqrt": sqrt, "exp": exp, "log": log, "sin": sin, "cos": cos}

// expr returns the node of an expression.
func (p *source) expr(e ast.Expr) (int, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return p.expr(e.X)
	case *ast.BasicLit:
		v, err := dd.Parse(e.Value)
		return p.s.push(node{op: constant, c: v}), err
	case *ast.Ident:
		i, ok := p.names[e.Name]
		if !ok {
			return 0, fmt.Errorf("%s is not known", e.Name)
		}
		return i, nil
	case *ast.UnaryExpr:
		if e.Op != token.SUB {
			return 0, fmt.Errorf("operator %s", e.Op)
		}
		return p.binary(sub, &ast.BasicLit{Value: "0"}, e.X)
	case *ast.BinaryExpr:
		o, ok := operators[e.Op]
		if !ok {
			return 0, fmt.Errorf("operator %s", e.Op)
		}
		return p.binary(o, e.X, e.Y)
	case *ast.CallExpr:
		name, ok := e.Fun.(*ast.Ident)
		if !ok || len(e.Args) != 1 {
			return 0, fmt.Errorf("bad call")
		}
		o, ok := functions[name.Name]
		if !ok {
			return 0, fmt.Errorf("%s is not a function", name.Name)
		}
		a, err := p.expr(e.Args[0])
		if err != nil {
			return 0, err
		}
		if p.s.nodes[a].op != constant && o == cos {
			return p.s.push(node{op: sin, a: a}) + 1, nil
		}
		return p.s.push(node{op: o, a: a}), nil
	}
	return 0, fmt.Errorf("cannot read %T", e)
}

func (p *source) binary(o op, x, y ast.Expr) (int, error) {
	a, err := p.expr(x)
	if err != nil {
		return 0, err
	}
	b, err := p.expr(y)
	return p.s.push(node{op: o, a: a, b: b}), err
}

// Eval sets dst = f(t, y). It allocates.
func (s *System) Eval(dst []dd.Real, t dd.Real, y []dd.Real) {
	v := make([]dd.Real, len(s.nodes))
	s.eval(v, t, y)
	for i, k := range s.f {
		dst[i] = v[k]
	}
}

// Jacobian calls set with the entries of ∂f/∂y that f depends on.
func (s *System) Jacobian(t dd.Real, y []dd.Real, set func(i, j int, d float64)) {
	v := make([]dd.Real, len(s.nodes))
	bar := make([]float64, len(s.nodes))
	s.eval(v, t, y)
	s.jacobian(v, bar, set)
}

func (s *System) jacobian(v []dd.Real, bar []float64, set func(i, j int, d float64)) {
	for i, below := range s.below {
		s.gradient(below, v, bar, func(j int, d float64) { set(i, j, d) })
	}
}
