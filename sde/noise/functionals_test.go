package noise

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var linearSets = []Functionals{0, SpaceTime, SpaceTimeTime}

// The functionals of all steps of every level have variances h', h'/12, h'/720
// and no covariance with each other or between steps; to rounding, by impulses.
func TestPathGridHasExactLaw(t *testing.T) {
	const h, levels, steps = 0.3, 3, 2
	var addresses []Address
	for k := range uint64(steps) {
		for m := range uint64(1) << levels {
			for functional := range uint64(3) {
				addresses = append(addresses, Address{Use: Path, Row: 5, Step: 10 + k, Stage: plane(m, functional)})
			}
		}
	}
	for _, f := range linearSets {
		for level := range levels + 1 {
			n, per := steps<<level, f.Len(1)
			cov := covariance(t, addresses, n*per, func(source Source, dst []float64) {
				g, err := NewPathGrid(source, Address{Use: Path, Row: 5, Step: 10}, f, h, levels, 1, 1)
				require.NoError(t, err)
				for k := range n {
					g.Increment(dst[k*per:(k+1)*per], level, uint64(k))
				}
			})
			for i := range cov {
				for j := range cov {
					want := 0.0
					if i == j {
						want = math.Ldexp(h, -level) / []float64{1, 12, 720}[i%per]
					}
					require.InDelta(t, want, cov[i][j], 1e-16, "%d, level %d: %d and %d", f, level, i, j)
				}
			}
		}
	}
}

// Across levels too: with W(r), 0 < r < h, on the finest grid, and x = r/h,
//
//	Cov[W(r), H] = ½ h x (1−x),   Cov[W(r), K] = ½ h (x³/3 − x²/2 + x/6),
//
// the integrals of the kernels ½ − x and ½(x² − x + 1/6) of H and K against white
// noise. An oracle that knows nothing of halving or joining.
func TestPathGridIsOnePath(t *testing.T) {
	const h, levels = 0.7, 4
	var addresses []Address
	for m := range uint64(1) << levels {
		for functional := range uint64(3) {
			addresses = append(addresses, Address{Use: Path, Stage: plane(m, functional)})
		}
	}
	const n = 1 << levels
	cov := covariance(t, addresses, 3+n, func(source Source, dst []float64) {
		g, err := NewPathGrid(source, Address{Use: Path}, SpaceTimeTime, h, levels, 1, 1)
		require.NoError(t, err)
		g.Increment(dst[:3], 0, 0)
		w, fine := 0.0, make([]float64, 3)
		for k := range n {
			g.Increment(fine, levels, uint64(k))
			w += fine[0]
			dst[3+k] = w
		}
	})
	for k := range n {
		x := float64(k+1) / n
		require.InDelta(t, h*x, cov[0][3+k], 1e-15)
		require.InDelta(t, 0.5*h*x*(1-x), cov[1][3+k], 1e-15, "H, %v", x)
		require.InDelta(t, 0.5*h*(x*x*x/3-x*x/2+x/6), cov[2][3+k], 1e-15, "K, %v", x)
	}
}

// Joined steps are the coarse step of every functional, in any order of
// questions, and Join is associative for steps of any lengths.
func TestJoin(t *testing.T) {
	const dim, rows, levels = 3, 2, 4
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom([]Functionals{0, SpaceTime, SpaceTimeTime, Area, Area | SpaceTimeTime}).Draw(r, "set")
		n := rows * f.Len(dim)
		g, err := NewPathGrid(Gaussian{}, Address{Seed: 4, Use: Path, Row: 60}, f, 0.4, levels, rows, dim)
		require.NoError(t, err)
		whole, left, right := make([]float64, n), make([]float64, n), make([]float64, n)
		level := rapid.IntRange(0, levels-1).Draw(r, "level")
		k := rapid.Uint64Range(0, 3<<level-1).Draw(r, "k")
		g.Increment(right, level+1, 2*k+1)
		g.Increment(whole, level, k)
		g.Increment(left, level+1, 2*k)
		f.Join(left, left, right, dim, 0.1, 0.1)
		require.InDeltaSlice(r, whole, left, 1e-14) // tens of roundings of numbers below 3

		a, b, c := numbers(r, n), numbers(r, n), numbers(r, n)
		ab, abc, bc := make([]float64, n), make([]float64, n), make([]float64, n)
		ha, hb, hc := rapid.Float64Range(0.1, 1).Draw(r, "a"), rapid.Float64Range(0.1, 1).Draw(r, "b"), rapid.Float64Range(0.1, 1).Draw(r, "c")
		f.Join(ab, a, b, dim, ha, hb)
		f.Join(abc, ab, c, dim, ha+hb, hc)
		f.Join(bc, b, c, dim, hb, hc)
		f.Join(bc, a, bc, dim, ha, hb+hc)
		require.InDeltaSlice(r, abc, bc, 1e-13)
	})
}

func numbers(r *rapid.T, n int) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-2, 2), n, n).Draw(r, "numbers")
}

// Two straight pieces, (1, 0) then (0, 1): the area is ½, that of the triangle to
// the chord. H of the path that rises by 1 and then stays: the mean of the path
// ¼·1 + ½ = ¾ less ½.
func TestJoinByHand(t *testing.T) {
	dst := make([]float64, Area.Len(2))
	Area.Join(dst, []float64{1, 0, 0, 0, 0}, []float64{0, 1, 0, 0, 0}, 2, 0.5, 0.5)
	require.Equal(t, []float64{1, 1, 0.25, -0.25, 0.5}, dst)
	require.Panics(t, func() { Area.Join(dst, dst[:4], dst, 2, 1, 1) })
	require.Panics(t, func() { Area.Parts(dst[:4], 2) })
	v := make([]float64, (SpaceTimeTime | Area | TwoPoint).Len(3))
	for i := range v {
		v[i] = float64(i)
	}
	require.Equal(t, Parts{W: []float64{0, 1, 2}, H: []float64{3, 4, 5}, K: []float64{6, 7, 8}, A: []float64{9, 10, 11}, V: []float64{12, 13, 14}},
		(SpaceTimeTime|Area|TwoPoint).Parts(v, 3))
}

// The area of a step of unit length has mean 0, variance ¼ and covariance ⅙ with
// H_0 ΔW_1 − ΔW_0 H_1, both as drawn and as joined from 16 steps, when also its
// law is close to Lévy's, E cos(λA) = sech(λ/2): only a sixteenth of its variance
// is then of a Gaussian in the place of the true conditional law. All to within
// six standard errors over 2¹⁵ rows; the seed is fixed.
func TestAreaLaw(t *testing.T) {
	const rows = 1 << 15
	for _, f := range []Functionals{Area, Area | SpaceTimeTime} {
		g, err := NewPathGrid(Gaussian{}, Address{Seed: 9, Use: Path}, f, 1, 4, rows, 2)
		require.NoError(t, err)
		dst := make([]float64, rows*f.Len(2))
		for _, levels := range []int{0, 4} {
			if levels == 0 {
				Draw(Gaussian{}, dst, f, 2, 1, Address{Seed: 9, Use: Path})
			} else {
				g.Increment(dst, 0, 0)
			}
			p := f.Parts(dst, 2)
			var mean, square, cosine, given float64
			for i, a := range p.A {
				mean += a
				square += a * a
				cosine += math.Cos(2 * a)
				given += a * (p.H[2*i]*p.W[2*i+1] - p.W[2*i]*p.H[2*i+1])
			}
			root := math.Sqrt(rows)
			require.InDelta(t, 0, mean/rows, 6*0.5/root)
			require.InDelta(t, 0.25, square/rows, 6*0.56/root) // E A⁴ = 5/16, so √(E A⁴ − 1/16) ≤ 0.56
			require.InDelta(t, 1./6, given/rows, 6*0.5/root)   // Var[H_0 ΔW_1 − ΔW_0 H_1] = 2/12
			if levels > 0 {
				require.InDelta(t, 1/math.Cosh(1), cosine/rows, 6*0.5/root)
			}
		}
	}
}

// The numbers of a row do not depend on the batch, level 0 of a grid without
// finer levels is what Draw gives, and V is ±h.
func TestDrawIsAddressed(t *testing.T) {
	const f, rows, dim = SpaceTimeTime | Area | TwoPoint, 70, 3
	at := Address{Seed: 2, Use: Path, Row: 3, Step: 5}
	all, one := make([]float64, rows*f.Len(dim)), make([]float64, f.Len(dim))
	Draw(Gaussian{}, all, f, dim, 0.2, at)
	p := f.Parts(all, dim)
	for _, r := range []int{0, 1, 66, 69} {
		from := at
		from.Row += uint64(r)
		Draw(Gaussian{}, one, f, dim, 0.2, from)
		want := slices.Concat(p.W[r*dim:(r+1)*dim], p.H[r*dim:(r+1)*dim], p.K[r*dim:(r+1)*dim], p.A[r*dim:(r+1)*dim], p.V[r*dim:(r+1)*dim])
		require.Equal(t, want, one)
	}
	for _, v := range p.V {
		require.Equal(t, 0.2, math.Abs(v))
	}
	g, err := NewPathGrid(Gaussian{}, at, f, 0.2, 0, rows, dim)
	require.NoError(t, err)
	again := make([]float64, len(all))
	g.Increment(again, 0, 0)
	require.Equal(t, all, again)
	require.Zero(t, testing.AllocsPerRun(10, func() { Draw(Gaussian{}, all, f, dim, 0.2, at) }))
	fine, err := NewPathGrid(Gaussian{}, at, f, 0.2, 3, rows, dim)
	require.NoError(t, err)
	require.Zero(t, testing.AllocsPerRun(2, func() { fine.Increment(again, 1, 1) }))
}
