package system

import (
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

type op uint8

const (
	constant op = iota
	clock
	state
	add
	sub
	mul
	div
	floor
	sqrt
	exp
	log
	sin // followed by the cos of the same argument
	cos
)

// node is one operation on the values of earlier nodes; a is the component of a
// state.
type node struct {
	op   op
	a, b int
	c    dd.Real
}

// tape is a list of operations, each different one once.
type tape struct {
	nodes []node
	index map[node]int
}

func (p *tape) push(n node) int {
	if i, ok := p.index[n]; ok {
		return i
	}
	if n.op >= add && p.nodes[n.a].op == constant && (n.op > div || p.nodes[n.b].op == constant) {
		return p.push(node{op: constant, c: n.op.of(p.nodes[n.a].c, p.nodes[n.b].c)})
	}
	i := len(p.nodes)
	p.nodes = append(p.nodes, n)
	if n.op == sin {
		p.nodes = append(p.nodes, node{op: cos, a: n.a})
		p.index[node{op: cos, a: n.a}] = i + 1
	}
	p.index[n] = i
	return i
}

// of is the result for the arguments a and b.
func (o op) of(a, b dd.Real) dd.Real {
	switch o {
	case add:
		return a.Add(b)
	case sub:
		return a.Sub(b)
	case mul:
		return a.Mul(b)
	case div:
		return a.Div(b)
	case floor: // of times that are whole numbers exactly or not nearly
		return dd.From(math.Floor(a.Hi))
	case sqrt:
		return a.Sqrt()
	case exp:
		return a.Exp()
	case log:
		return a.Log()
	case sin:
		s, _ := a.Sincos()
		return s
	case cos:
		_, c := a.Sincos()
		return c
	}
	panic(fmt.Sprintf("system: operation %d", o))
}

// eval sets v to the values of all nodes.
func (p *tape) eval(v []dd.Real, t dd.Real, y []dd.Real) {
	for i, n := range p.nodes {
		switch n.op {
		case constant:
			v[i] = n.c
		case clock:
			v[i] = t
		case state:
			v[i] = y[n.a]
		default:
			v[i] = n.op.of(v[n.a], v[n.b])
		}
	}
}

// below lists, in descending order, the nodes that node i is computed from.
func (p *tape) below(i int) []int {
	seen := map[int]bool{i: true}
	list := []int{i}
	for k := 0; k < len(list); k++ {
		n := p.nodes[list[k]]
		if n.op < add {
			continue
		}
		next := []int{n.a}
		if n.op <= div {
			next = append(next, n.b)
		}
		for _, j := range next {
			if !seen[j] {
				seen[j] = true
				list = append(list, j)
			}
		}
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list
}

// gradient calls set with the derivatives of node below[0] by the components of
// the state, in float64 from the values v. bar is zero before and after.
func (p *tape) gradient(below []int, v []dd.Real, bar []float64, set func(j int, d float64)) {
	bar[below[0]] = 1
	for _, i := range below {
		n, g := p.nodes[i], bar[i]
		bar[i] = 0
		switch n.op {
		case state:
			set(n.a, g)
		case add:
			bar[n.a] += g
			bar[n.b] += g
		case sub:
			bar[n.a] += g
			bar[n.b] -= g
		case mul:
			bar[n.a] += g * v[n.b].Hi
			bar[n.b] += g * v[n.a].Hi
		case div:
			bar[n.a] += g / v[n.b].Hi
			bar[n.b] -= g * v[i].Hi / v[n.b].Hi
		case sqrt:
			bar[n.a] += g / (2 * v[i].Hi)
		case exp:
			bar[n.a] += g * v[i].Hi
		case log:
			bar[n.a] += g / v[n.a].Hi
		case sin:
			bar[n.a] += g * math.Cos(v[n.a].Hi)
		case cos:
			bar[n.a] -= g * math.Sin(v[n.a].Hi)
		}
	}
}
