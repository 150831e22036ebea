package odefile

import (
	"errors"
	"slices"

	"github.com/expr-lang/expr/parser"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// maxTangents bounds the derivatives of all instructions together; beyond it
// differences must do.
const maxTangents = 200_000

var errNoDerivative = errors.New("no derivative")

// tangent is the derivative of a slot by state j, in a slot of its own.
type tangent struct{ j, slot int32 }

// partials of the operations on two numbers, by x and by y, as expressions of x, y
// and the result f.
var partials = map[op][2]string{
	opAdd: {"1", "1"}, opSub: {"1", "-1"}, opMul: {"y", "x"}, opDiv: {"1/y", "-f/y"}, opNeg: {"-1", "0"},
}

// differentiate appends to the program, which is that of the equations so far,
// the derivatives of its values by the state, forward through the instructions:
// an entry for each that is not always zero.
func (c *compiler) differentiate() (entries [][2]int, slots []int32, err error) {
	of := map[int32][]tangent{}
	for j := range c.p.dim {
		of[int32(j)] = []tangent{{int32(j), c.constant(1).slot}}
	}
	total := 0
	for _, i := range slices.Clone(c.p.code) {
		d, err := c.tangents(i, of)
		if err != nil {
			return nil, nil, err
		}
		if total += len(d); total > maxTangents {
			return nil, nil, errNoDerivative
		}
		of[i.dst] = d
	}
	for i, slot := range c.p.out {
		for _, d := range of[slot] {
			entries, slots = append(entries, [2]int{i, int(d.j)}), append(slots, d.slot)
		}
	}
	return entries, slots, nil
}

// tangents is the chain rule.
func (c *compiler) tangents(i instruction, of map[int32][]tangent) ([]tangent, error) {
	switch i.op {
	case opLess, opLessEqual, opEqual, opAnd, opOr, opNot:
		return nil, nil // they jump
	case opSelect:
		zero := c.constant(0).slot
		return c.merge(of[i.b], of[i.c], func(a, b int32) int32 {
			if a < 0 {
				a = zero
			}
			if b < 0 {
				b = zero
			}
			return c.emit(opSelect, i.a, a, b)
		}), nil
	}
	by := partials[i.op]
	switch i.op {
	case opUnary:
		by = [2]string{unary[i.c].derivative, "0"}
	case opBinary:
		by = [2]string{binary[i.c].byX, binary[i.c].byY}
	}
	var sides [2][]tangent
	for k, operand := range [2]int32{i.a, i.b} {
		if len(of[operand]) == 0 || by[k] == "0" {
			continue
		}
		factor, err := c.partial(by[k], i)
		if err != nil {
			return nil, err
		}
		for _, d := range of[operand] {
			if slot := c.times(factor, d.slot); slot >= 0 {
				sides[k] = append(sides[k], tangent{d.j, slot})
			}
		}
	}
	return c.merge(sides[0], sides[1], func(a, b int32) int32 {
		switch {
		case a < 0:
			return b
		case b < 0:
			return a
		}
		return c.emit(opAdd, a, b)
	}), nil
}

// partial compiles a derivative of the instruction.
func (c *compiler) partial(expression string, i instruction) (int32, error) {
	if expression == "" {
		return 0, errNoDerivative
	}
	tree, err := parser.Parse(expression)
	if err != nil {
		return 0, err
	}
	c.local = map[string]value{"x": {slot: i.a}, "y": {slot: i.b}, "f": {slot: i.dst}}
	defer func() { c.local = nil }()
	v, err := c.node(tree.Node)
	return v.slot, err
}

// times is a product without needless ones; −1 for zero.
func (c *compiler) times(a, b int32) int32 {
	if c.isConst[a] {
		a, b = b, a
	}
	if c.isConst[b] {
		switch c.p.slab[b] {
		case 0:
			return -1
		case 1:
			return a
		case -1:
			return c.emit(opNeg, a)
		}
	}
	return c.emit(opMul, a, b)
}

// merge joins two lists in order of j; join is told −1 where one has no entry.
func (c *compiler) merge(a, b []tangent, join func(a, b int32) int32) []tangent {
	out := make([]tangent, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].j < b[0].j:
			out, a = append(out, tangent{a[0].j, join(a[0].slot, -1)}), a[1:]
		case len(a) == 0 || b[0].j < a[0].j:
			out, b = append(out, tangent{b[0].j, join(-1, b[0].slot)}), b[1:]
		default:
			out, a, b = append(out, tangent{a[0].j, join(a[0].slot, b[0].slot)}), a[1:], b[1:]
		}
	}
	return out
}

// linearise makes the Jacobian and its pattern from the equations, if all of them
// can be differentiated. Where an entry is not finite, as that of √x at 0, the
// whole of it comes from differences.
func (s *System) linearise() {
	c := newCompiler(s)
	n := s.root.find("equations")
	for i, k := range n.keys {
		if c.add(n.list[i], "equations."+k.text) != nil {
			return
		}
	}
	entries, slots, err := c.differentiate()
	if err != nil {
		return
	}
	p := c.p
	p.out = slots
	pattern := patternOf(len(s.States), entries)
	values, f0 := make([]float64, len(slots)), make([]float64, len(s.States))
	var differences *jacobian.Differences
	s.Linearisation.Pattern = pattern
	s.Linearisation.Jacobian = func(dst *jacobian.Matrix, t float64, y []float64) error {
		p.run(values, t, y)
		sum := 0.0
		for _, v := range values {
			sum += v - v
		}
		if sum != 0 { // NaN
			if differences == nil {
				differences = jacobian.NewDifferences(pattern, s.F, 0)
			}
			if err := s.F(f0, t, y); err != nil {
				return err
			}
			return differences.Eval(dst, t, y, f0)
		}
		for k, e := range entries {
			dst.Set(e[0], e[1], values[k])
		}
		return nil
	}
}

// patternOf chooses the form of the matrix: dense where it is small or full.
func patternOf(n int, entries [][2]int) *jacobian.Pattern {
	if n <= 16 {
		return jacobian.Dense(n)
	}
	p, err := jacobian.Sparse(n, entries)
	if err != nil {
		return jacobian.Dense(n)
	}
	lower, upper := p.Bandwidths()
	switch {
	case lower+upper < n/4:
		return jacobian.Banded(n, lower, upper)
	case len(entries) > n*n/10:
		return jacobian.Dense(n)
	}
	return p
}
