package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Third moments of bilinear systems, E M⊗M⊗M of a step, beside exp G_3 with
//
//	G_3 = Σ_places G_1 + Σ_k Σ_pairs of places B_k⊗B_k:
//
// which see the sign of what stands for ∫∫ dw_j dw_k, as second moments do not.
func TestWeakOrdersOfThirdMoments(t *testing.T) {
	const nodes = 7 // exact to degree 13; M⊗M⊗M of SlowRK is of degree 12
	steps := []int{64, 128, 256}
	for _, e := range stochastic.Catalogue {
		for _, structure := range []stochastic.Structure{stochastic.General, stochastic.Commutative} {
			s, a, b1, b2 := bilinear(e.Method.Calculus(), structure)
			s = adapted(t, e.Method, s)
			if stochastic.Check(e.Method, &s) != nil || e.Name == "tamed" {
				continue
			}
			_, weak := e.Method.Orders(structure)
			g1, _ := generators(s.Calculus, a, b1, b2)
			var exact mat.Dense
			exact.Exp(thirdGenerator(g1, b1, b2))
			var errors []float64
			for _, n := range steps {
				m := thirdMoments(t, e.Method, &s, nodes, 1/float64(n))
				m.Pow(m, n)
				m.Sub(m, &exact)
				errors = append(errors, mat.Norm(m, 2))
			}
			t.Logf("%-9s %v %.3f", e.Name, structure, logSlope(steps, errors))
			require.InDelta(t, weak, math.Log2(errors[1]/errors[2]), 0.1, "%s, %v", e.Name, structure)
		}
	}
}

func thirdGenerator(g1, b1, b2 *mat.Dense) *mat.Dense {
	identity := mat.NewDense(2, 2, []float64{1, 0, 0, 1})
	sum := mat.NewDense(8, 8, nil)
	add := func(a, b, c *mat.Dense) {
		var ab, abc mat.Dense
		ab.Kronecker(a, b)
		abc.Kronecker(&ab, c)
		sum.Add(sum, &abc)
	}
	add(g1, identity, identity)
	add(identity, g1, identity)
	add(identity, identity, g1)
	for _, b := range []*mat.Dense{b1, b2} {
		add(b, b, identity)
		add(b, identity, b)
		add(identity, b, b)
	}
	return sum
}

func thirdMoments(t *testing.T, m stochastic.Method, s *stochastic.System, nodes int, h float64) *mat.Dense {
	dw, weights := quadrature(stochastic.Needs(m, s.Structure), 2, nodes, h)
	st := m.Stepper(s, len(weights))
	columns := make([][]float64, 2)
	for c := range columns {
		y := make([]float64, 2*len(weights))
		for r := range weights {
			y[2*r+c] = 1
		}
		columns[c] = make([]float64, len(y))
		require.NoError(t, st.Step(columns[c], 0, h, y, dw))
	}
	sum := mat.NewDense(8, 8, nil)
	for r, w := range weights {
		for i := range 8 {
			row := sum.RawRowView(i)
			for j := range row {
				row[j] += w * columns[j>>2][2*r+(i>>2)] * columns[j>>1&1][2*r+(i>>1&1)] * columns[j&1][2*r+(i&1)]
			}
		}
	}
	return sum
}
