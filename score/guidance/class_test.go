package guidance_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// At weight 1 the guided score is the class's own, to the last bit from two
// models, to rounding from a classifier; at weight 0 that of all; and the two
// ways agree at any weight.
func TestGuidanceByClassIsExact(t *testing.T) {
	const dim, rows = 3, 40
	c := conditional(t, dim)
	x := normals(5, rows*dim)
	for y := range c.Classes() {
		for _, at := range levels {
			class, all := denoise(t, c.Class(y), x, at), denoise(t, c.All(), x, at)
			for _, w := range []float64{0, 1, 2.5, -0.5} {
				free, err := guidance.ClassifierFree(c.Class(y), c.All(), guidance.Scale{Weight: w})
				require.NoError(t, err)
				by, err := guidance.Classifier(c.All(), guidance.Class{Of: c, Y: y}, guidance.Scale{Weight: w})
				require.NoError(t, err)
				got := denoise(t, free, x, at)
				for i := range x {
					// ∇ ln p(y|x) rounds relative to the scores, at most |x|/σ² each;
					// times σ²/α that is |x|/α.
					require.InDelta(t, all[i]+w*(class[i]-all[i]), got[i], 1e-13*(1+math.Abs(w))*(1+math.Abs(class[i])+math.Abs(all[i])))
				}
				size := 1 + (1+floats.Norm(x, math.Inf(1)))/at.Alpha
				require.InDeltaSlice(t, got, denoise(t, by, x, at), 1e-12*(1+math.Abs(w))*size, "y=%d w=%v %v", y, w, at)
				switch w {
				case 0:
					require.Equal(t, all, got)
				case 1:
					require.Equal(t, class, got)
				}
			}
		}
	}
}

// Guidance between Gaussians in closed form: N(0, v) and N(μ, v) give N(wμ, v);
// N(0, v) and N(0, u) end, by the flow, at variance v^(1−w) u^w.
func TestGuidanceOfGaussians(t *testing.T) {
	const v = 0.8
	all, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	for _, w := range []float64{0.5, 1, 3, -1} {
		shifted, err := score.NewIsotropic([]float64{1.5}, v)
		require.NoError(t, err)
		m, err := guidance.ClassifierFree(shifted, all, guidance.Scale{Weight: w})
		require.NoError(t, err)
		want, err := score.NewIsotropic([]float64{1.5 * w}, v)
		require.NoError(t, err)
		x := normals(4, 50)
		for _, at := range levels {
			require.InDeltaSlice(t, denoise(t, want, x, at), denoise(t, m, x, at), 1e-13*(1+math.Abs(w))/at.Alpha)
		}

		const u = 0.3
		narrow, err := score.NewIsotropic([]float64{0}, u)
		require.NoError(t, err)
		m, err = guidance.ClassifierFree(narrow, all, guidance.Scale{Weight: w})
		require.NoError(t, err)
		got := limit(t, wide, m, sampler.DPMPP3M{}, 3, scalarMoments)[1]
		require.InEpsilon(t, math.Pow(v, 1-w)*math.Pow(u, w), got, 1e-4)
	}
}

// Outside its interval of ρ guidance is the class's model, to the last bit.
func TestInterval(t *testing.T) {
	c := conditional(t, 3)
	s := guidance.Scale{Weight: 4, Interval: [2]float64{0.05, 2}}
	m, err := guidance.ClassifierFree(c.Class(1), c.All(), s)
	require.NoError(t, err)
	s.Interval = [2]float64{}
	everywhere, err := guidance.ClassifierFree(c.Class(1), c.All(), s)
	require.NoError(t, err)
	x := normals(5, 30)
	for _, l := range []struct {
		at     sde.Level
		inside bool
	}{
		{sde.Level{Alpha: 1, Sigma: 0.049}, false}, {sde.Level{Alpha: 0.5, Sigma: 0.5}, true}, {sde.Level{Alpha: 1, Sigma: 0.05}, true},
		{sde.Level{Alpha: 0.2, Sigma: 0.41}, false}, {sde.Level{Sigma: 1}, false}, {sde.Level{Alpha: 1}, false},
	} {
		want := score.Model(c.Class(1))
		if l.inside {
			want = everywhere
			require.NotEqual(t, denoise(t, c.Class(1), x, l.at), denoise(t, m, x, l.at))
		}
		require.Equal(t, denoise(t, want, x, l.at), denoise(t, m, x, l.at))
	}
}

// Rescaled in full, a row's prediction has the deviation of the class's own; in
// part, that share of the way; and what is rescaled is the parameterisation.
func TestRescale(t *testing.T) {
	const dim, rows = 5, 20
	c := conditional(t, dim)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	x := normals(5, rows*dim)
	for _, p := range []score.Parameterisation{score.Data, score.Noise, score.Velocity} {
		own, plain, got := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		require.NoError(t, p.Predict(own, x, c.Class(0), at))
		for _, phi := range []float64{0, 0.7, 1} {
			free, err := guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: 5})
			require.NoError(t, err)
			m, err := guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: 5, Rescale: phi, Predict: p})
			require.NoError(t, err)
			require.NoError(t, p.Predict(plain, x, free, at))
			require.NoError(t, p.Predict(got, x, m, at))
			for i := 0; i < len(x); i += dim {
				a, b := stat.PopStdDev(own[i:i+dim], nil), stat.PopStdDev(plain[i:i+dim], nil)
				for j := i; j < i+dim; j++ {
					require.InDelta(t, plain[j]*(phi*a/b+1-phi), got[j], 1e-12*(1+math.Abs(plain[j])))
				}
				if phi == 1 {
					require.InEpsilon(t, a, stat.PopStdDev(got[i:i+dim], nil), 1e-12)
				}
			}
		}
	}
	// Rows without deviation are left alone, and weight 1 is the class.
	for _, w := range []float64{1, 3} {
		flat, err := score.NewIsotropic([]float64{2, 2}, 0)
		require.NoError(t, err)
		m, err := guidance.ClassifierFree(flat, flat, guidance.Scale{Weight: w, Rescale: 1})
		require.NoError(t, err)
		require.Equal(t, []float64{2, 2}, denoise(t, m, []float64{1, -1}, at))
	}
}

// The gradient through a guided model by differences, so that DPS goes through.
func TestGradientThroughGuidance(t *testing.T) {
	const dim = 3
	c := conditional(t, dim)
	m, err := guidance.ClassifierFree(c.Class(2), c.All(), guidance.Scale{Weight: 2.5})
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	x, v, got := normals(5, dim), normals(6, dim), make([]float64, dim)
	require.NoError(t, m.VJPDenoise(got, x, v, at))
	for j := range dim {
		along := func(h float64) float64 {
			p, q := append([]float64(nil), x...), append([]float64(nil), x...)
			p[j] += h
			q[j] -= h
			return (floats.Dot(v, denoise(t, m, p, at)) - floats.Dot(v, denoise(t, m, q, at))) / (2 * h)
		}
		require.InDelta(t, (4*along(0.5e-3)-along(1e-3))/3, got[j], 1e-8)
	}
	_, err = guidance.PseudoInverse(m, score.Observation{A: mat.NewDense(1, dim, []float64{1, 0, 0}), Y: []float64{1}, Noise: 0.1}, 1)
	require.NoError(t, err)
}
