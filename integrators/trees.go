package integrators

// tree is a rooted tree: the subtrees at its root. Elementary weights and
// densities follow Butcher (1963) and Hairer, Nørsett, Wanner (1993), section
// II.2.
type tree []tree

func (t tree) order() int {
	n := 1
	for _, s := range t {
		n += s.order()
	}
	return n
}

// gamma is the density: the product of the orders of all subtrees.
func (t tree) gamma() float64 {
	g := float64(t.order())
	for _, s := range t {
		g *= s.gamma()
	}
	return g
}

// weights is Φ_i = Π over subtrees of Σ_j A_ij Φ_j.
func (t tree) weights(a [][]float64) []float64 {
	phi := make([]float64, len(a))
	for i := range phi {
		phi[i] = 1
	}
	for _, s := range t {
		sub := s.weights(a)
		for i, row := range a {
			sum := 0.0
			for j, v := range row {
				sum += v * sub[j]
			}
			phi[i] *= sum
		}
	}
	return phi
}

// trees lists the rooted trees of orders 1 to n: 1, 1, 2, 4, 9, 20, 48, ...
func trees(n int) []tree {
	byOrder := make([][]tree, n+1)
	var all []tree
	for k := 1; k <= n; k++ {
		var flat []tree
		for j := 1; j < k; j++ {
			flat = append(flat, byOrder[j]...)
		}
		byOrder[k] = forests(flat, k-1)
		all = append(all, byOrder[k]...)
	}
	return all
}

// forests lists the multisets of the given trees with n nodes in all.
func forests(from []tree, n int) []tree {
	if n == 0 {
		return []tree{{}}
	}
	var out []tree
	for i, t := range from {
		if k := t.order(); k <= n {
			for _, rest := range forests(from[i:], n-k) {
				out = append(out, append(tree{t}, rest...))
			}
		}
	}
	return out
}
