package rosenbrock

import "math"

// vector is a vector with the sums of absolute values that its components were
// computed from.
type vector struct{ v, size []float64 }

func constant(n int) vector {
	x := vector{make([]float64, n), make([]float64, n)}
	for i := range x.v {
		x.v[i], x.size[i] = 1, 1
	}
	return x
}

func (x vector) near(i int, want float64) bool {
	return math.Abs(x.v[i]-want) <= bound*(1+x.size[i])
}

type matrix [][]float64

func (a matrix) times(x vector) vector {
	y := vector{make([]float64, len(a)), make([]float64, len(a))}
	for i, row := range a {
		for j, c := range row {
			y.v[i] += c * x.v[j]
			y.size[i] += math.Abs(c) * x.size[j]
		}
	}
	return y
}

// tree is a rooted tree by what it contributes to conditions: its order, its
// density γ(τ) and Φ_i(τ), with the factors of Φ that it makes for a root above
// it, among other subtrees or alone.
type tree struct {
	order             int
	density           float64
	phi, among, alone vector
}

// trees lists the rooted trees of orders 1 to n: 1, 1, 2, 4, 9, 20, ...
func trees(alpha, gamma matrix, n int) []tree {
	var list []tree
	for order := 1; order <= n; order++ {
		// Φ and the product of the densities of a root's subtrees so far.
		var grow func(from, nodes, count int, phi vector, density float64)
		smaller := list
		grow = func(from, nodes, count int, phi vector, density float64) {
			if nodes == 0 {
				among, more := alpha.times(phi), gamma.times(phi)
				alone := vector{make([]float64, len(among.v)), make([]float64, len(among.v))}
				for i := range alone.v {
					alone.v[i], alone.size[i] = among.v[i]+more.v[i], among.size[i]+more.size[i]
				}
				list = append(list, tree{order, density * float64(order), phi, among, alone})
				return
			}
			for i := from; i < len(smaller); i++ {
				t := smaller[i]
				if t.order > nodes {
					continue
				}
				next := t.among
				if count == 0 && t.order == nodes {
					next = t.alone
				}
				grow(i, nodes-t.order, count+1, phi.by(next), density*t.density)
			}
		}
		grow(0, order-1, 0, constant(len(alpha)), 1)
	}
	return list
}

// by is the product component by component.
func (x vector) by(y vector) vector {
	z := vector{make([]float64, len(x.v)), make([]float64, len(x.v))}
	for i := range x.v {
		z.v[i], z.size[i] = x.v[i]*y.v[i], x.size[i]*y.size[i]
	}
	return z
}
