package score

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// Sample returns n rows of data x_0 = μ + Σ^½ z, drawn with the noise of a seed.
// Row i is the same for any n, and does not depend on the choice of axes in V.
func (g *Gaussian) Sample(n int, seed uint64) []float64 {
	x := make([]float64, n*g.dim)
	noise.Gaussian{}.Normal(x, g.dim, noise.Address{Seed: seed, Use: noise.Data})
	coord := make([]float64, g.rank)
	for i := range n {
		g.colour(x[i*g.dim:][:g.dim], coord)
	}
	return x
}

// Sample returns n rows of data, each from a component drawn by the weights, with
// the noise of a seed. Row i is the same for any n.
func (m *Mixture) Sample(n int, seed uint64) []float64 {
	x := make([]float64, n*m.dim)
	noise.Gaussian{}.Normal(x, m.dim, noise.Address{Seed: seed, Use: noise.Data})
	cumulative := floats.CumSum(make([]float64, len(m.weight)), m.weight)
	coord := make([]float64, m.dim)
	var choice noise.Stream
	for i := range n {
		if i%noise.BlockRows == 0 {
			choice = noise.NewStream(noise.Address{Seed: seed, Use: noise.Data, Row: uint64(i), Stage: 1})
		}
		g := m.part[pick(cumulative, choice.Uniform())]
		g.colour(x[i*m.dim:][:m.dim], coord[:g.rank])
	}
	return x
}

// pick returns the place of u·total among cumulative sums, for u in [0, 1).
func pick(cumulative []float64, u float64) int {
	last := len(cumulative) - 1
	u *= cumulative[last]
	return sort.Search(last, func(k int) bool { return u < cumulative[k] })
}

// colour turns standard normal numbers z into μ + Σ^½ z with the symmetric root.
func (s *spectrum) colour(z, coord []float64) {
	if s.rank > 0 {
		mulTrans(coord, s.rank, z, s.vec, 1, s.rank, s.dim)
	}
	rest := 0.0
	if s.rank < s.dim {
		rest = math.Sqrt(s.rest)
	}
	floats.Scale(rest, z)
	for j, c := range coord {
		floats.AddScaled(z, c*(math.Sqrt(s.val[j])-rest), s.vec[j*s.dim:][:s.dim])
	}
	floats.Add(z, s.mean)
}
