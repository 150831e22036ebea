package esdirk

// tree is a rooted tree whose nodes have one of two colours, 0 for the implicit
// part and 1 for the explicit one. Order conditions of additive methods run over
// them as those of single ones over plain trees. Araújo, Murua, Sanz-Serna (1997),
// Symplectic methods based on decompositions.
type tree struct {
	colour int
	sub    []tree
}

func (t tree) order() int {
	n := 1
	for _, s := range t.sub {
		n += s.order()
	}
	return n
}

// gamma is the density: the product of the orders of all subtrees.
func (t tree) gamma() float64 {
	g := float64(t.order())
	for _, s := range t.sub {
		g *= s.gamma()
	}
	return g
}

// weights is Φ_i = Π over subtrees s of Σ_j a[colour of s]_ij Φ_j(s).
func (t tree) weights(a [][][]float64) []float64 {
	phi := make([]float64, len(a[0]))
	for i := range phi {
		phi[i] = 1
	}
	for _, s := range t.sub {
		sub := s.weights(a)
		for i, row := range a[s.colour] {
			sum := 0.0
			for j, v := range row {
				sum += v * sub[j]
			}
			phi[i] *= sum
		}
	}
	return phi
}

// trees lists the trees of orders 1 to n in the given number of colours, up to the
// colour of the root, which the shared weights make irrelevant: 1, 1, 2, 4, 9, ...
// in one colour, 1, 2, 7, 26, ... in two.
func trees(n, colours int) []tree {
	var all, coloured []tree
	for k := 1; k <= n; k++ {
		var next []tree
		for _, sub := range forests(coloured, k-1) {
			all = append(all, tree{sub: sub})
			for c := range colours {
				next = append(next, tree{c, sub})
			}
		}
		coloured = append(coloured, next...)
	}
	return all
}

// forests lists the multisets of the given trees with n nodes in all.
func forests(from []tree, n int) [][]tree {
	if n == 0 {
		return [][]tree{{}}
	}
	var out [][]tree
	for i, t := range from {
		if k := t.order(); k <= n {
			for _, rest := range forests(from[i:], n-k) {
				out = append(out, append([]tree{t}, rest...))
			}
		}
	}
	return out
}
