package guidance_test

import (
	"context"
	"errors"
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

func conditional(t testing.TB, dim int) *score.Conditional {
	c, err := score.NewConditional([]float64{2, 1, 3}, []*score.Mixture{mixture(t, 1, dim, 2), mixture(t, 40, dim, 1), mixture(t, 80, dim, 3)})
	require.NoError(t, err)
	return c
}

func denoise(t testing.TB, m score.Model, x []float64, at sde.Level) []float64 {
	d := make([]float64, len(x))
	require.NoError(t, m.Denoise(d, x, at))
	return d
}

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

// Dynamic and static thresholding of a model that answers with what it is given.
func TestThresholded(t *testing.T) {
	echo := score.FromFunc(5, score.Data, func(dst, x []float64, _ sde.Level) error { copy(dst, x); return nil })
	at := sde.Level{Alpha: 1, Sigma: 1}
	for name, c := range map[string]struct {
		t       guidance.Threshold
		x, want []float64
	}{
		"within":   {guidance.Threshold{}, []float64{-1, 0.5, 0, 1, 0.2}, []float64{-1, 0.5, 0, 1, 0.2}},
		"median":   {guidance.Threshold{Quantile: 0.5}, []float64{-4, 1, 2, 8, 0}, []float64{-1, 0.5, 1, 1, 0}},
		"between":  {guidance.Threshold{Quantile: 0.625, Bound: 2}, []float64{-4, 1, 2, 8, 0}, []float64{-2, 2. / 3, 4. / 3, 2, 0}},
		"largest":  {guidance.Threshold{Quantile: 1}, []float64{-4, 1, 2, 8, 0}, []float64{-0.5, 0.125, 0.25, 1, 0}},
		"static":   {guidance.Threshold{Static: true, Bound: 3}, []float64{-4, 1, 2, 8, 0}, []float64{-3, 1, 2, 3, 0}},
		"two rows": {guidance.Threshold{Quantile: 1}, []float64{2, 0, 0, 0, 0, 0.5, 0, 0, 0, 0}, []float64{1, 0, 0, 0, 0, 0.5, 0, 0, 0, 0}},
	} {
		m, err := guidance.Thresholded(echo, c.t)
		require.NoError(t, err)
		require.Equal(t, 5, m.Dim())
		require.InDeltaSlice(t, c.want, denoise(t, m, c.x, at), 1e-15, name)
	}
	m, err := guidance.Thresholded(echo, guidance.Threshold{})
	require.NoError(t, err)
	// 0.995 of five: 4·0.995 = 3.98 of the way up the order statistics.
	require.InDelta(t, 2/(0.02*2+0.98*9), denoise(t, m, []float64{1, 1, 1, 2, 9}, at)[3], 1e-15)
	for _, v := range denoise(t, m, []float64{1, math.NaN(), 0, 0, 3}, at) {
		require.True(t, math.IsNaN(v))
	}
	for _, bad := range []guidance.Threshold{{Bound: -1}, {Bound: math.NaN()}, {Quantile: 1.5}, {Quantile: math.NaN()}, {Static: true, Quantile: 0.5}, {Bound: math.Inf(1)}} {
		_, err := guidance.Thresholded(echo, bad)
		require.ErrorIs(t, err, guidance.ErrConfig, "%+v", bad)
	}
	boom := errors.New("boom")
	m, err = guidance.Thresholded(score.FromFunc(1, score.Data, func(_, _ []float64, _ sde.Level) error { return boom }), guidance.Threshold{})
	require.NoError(t, err)
	require.ErrorIs(t, m.Denoise([]float64{0}, []float64{0}, at), boom)
}

func TestClassErrors(t *testing.T) {
	c := conditional(t, 2)
	for _, bad := range []guidance.Scale{
		{Weight: math.NaN()}, {Weight: math.Inf(1)}, {Interval: [2]float64{1, 0.5}}, {Interval: [2]float64{-1, 1}}, {Interval: [2]float64{0, math.NaN()}},
		{Rescale: 1.1}, {Rescale: -0.1}, {Rescale: math.NaN()},
	} {
		_, err := guidance.ClassifierFree(c.Class(0), c.All(), bad)
		require.ErrorIs(t, err, guidance.ErrConfig, "%+v", bad)
		_, err = guidance.Classifier(c.All(), guidance.Class{Of: c}, bad)
		require.ErrorIs(t, err, guidance.ErrConfig, "%+v", bad)
	}
	_, err := guidance.ClassifierFree(c.Class(0), gaussian(t, 1, 3), guidance.Scale{})
	require.ErrorIs(t, err, guidance.ErrConfig)
	_, err = guidance.ClassifierFree(gaussian(t, 1, 1), gaussian(t, 1, 1), guidance.Scale{Weight: 2, Rescale: 0.5})
	require.ErrorIs(t, err, guidance.ErrConfig)

	d, x := make([]float64, 2), []float64{1, 2}
	by, err := guidance.Classifier(c.All(), guidance.Class{Of: c}, guidance.Scale{Weight: 2})
	require.NoError(t, err)
	require.ErrorIs(t, by.Denoise(d, x, sde.Level{Sigma: 1}), score.ErrLevel)
	require.ErrorIs(t, by.VJPDenoise(d, x, x, sde.Level{Alpha: 1, Sigma: 1}), guidance.ErrNoVJP)
	plain := struct{ score.Model }{c.All()}
	for _, pair := range [][2]score.Model{{plain, c.All()}, {c.All(), plain}} {
		m, err := guidance.ClassifierFree(pair[0], pair[1], guidance.Scale{Weight: 2})
		require.NoError(t, err)
		require.ErrorIs(t, m.VJPDenoise(d, x, x, sde.Level{Alpha: 1, Sigma: 1}), guidance.ErrNoVJP)
		require.ErrorIs(t, m.Denoise(d, x, sde.Level{Alpha: math.NaN()}), score.ErrLevel)
	}
	m, err := guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: 2, Rescale: 0.5, Predict: score.Noise})
	require.NoError(t, err)
	require.ErrorIs(t, m.Denoise(d, x, sde.Level{Alpha: 1}), score.ErrLevel)
}

// Every sampler on every kind of guided model: the larger the weight, the surer
// the classifier of what comes out; what was observed comes out.
func TestEverySampler(t *testing.T) {
	const dim, n = 2, 300
	class := func(mean ...float64) *score.Mixture {
		g, err := score.NewIsotropic(mean, 0.5)
		require.NoError(t, err)
		m, err := score.NewMixture([]float64{1}, []*score.Gaussian{g})
		require.NoError(t, err)
		return m
	}
	c, err := score.NewConditional([]float64{1, 1}, []*score.Mixture{class(1, 0), class(-1, 0)})
	require.NoError(t, err)
	o := score.Observation{A: mat.NewDense(1, dim, []float64{0, 1}), Y: []float64{1.5}, Noise: 0.1}
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	for _, e := range sampler.Catalogue {
		grid, err := sampler.Times(p, sampler.UniformLambda{}, 60, true)
		require.NoError(t, err)
		run := func(m score.Model, err error) []float64 {
			require.NoError(t, err)
			x := make([]float64, n*dim)
			_, err = sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: m, Rule: e.Rule, Grid: grid, Seed: 3})
			require.NoError(t, err, e.Name)
			return x
		}
		sure := func(w float64) float64 {
			x := run(guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: w}))
			log := make([]float64, 2*n)
			require.NoError(t, c.LogPosterior(log, x, sde.Level{Alpha: 1}))
			var sum float64
			for i := 0; i < 2*n; i += 2 {
				sum += math.Exp(log[i]) / n
			}
			return sum
		}
		// The means over the law are 0.5, 0.90 and above, with deviations of less
		// than 0.5/√300 = 0.03.
		none, own, more := sure(0), sure(1), sure(3)
		require.InDelta(t, 0.5, none, 0.2, e.Name)
		require.Greater(t, own, none+0.2, e.Name)
		require.Greater(t, more, own, e.Name)

		x := run(guidance.PseudoInverse(c.All(), o, 0.5))
		var mean float64
		for i := 1; i < len(x); i += 2 {
			mean += x[i] / n
		}
		// N(1.47, 0.0098) of the posterior, and what sixty steps leave.
		require.InDelta(t, 1.5*0.5/0.51, mean, 0.2, e.Name)
	}
}

// Calls allocate nothing once warm.
func TestNoAllocation(t *testing.T) {
	const dim = 4
	c := conditional(t, dim)
	o := observations()["means"]
	x, d := normals(1, 64*dim), make([]float64, 64*dim)
	for name, build := range map[string]func() (score.Model, error){
		"free": func() (score.Model, error) {
			return guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: 2, Rescale: 0.7})
		},
		"classifier": func() (score.Model, error) {
			return guidance.Classifier(c.All(), guidance.Class{Of: c}, guidance.Scale{Weight: 2})
		},
		"threshold":     func() (score.Model, error) { return guidance.Thresholded(c.All(), guidance.Threshold{}) },
		"replace":       func() (score.Model, error) { return guidance.Replace(c.All(), o) },
		"dps":           func() (score.Model, error) { return guidance.DPS(c.All(), o, guidance.Step{}) },
		"pseudoinverse": func() (score.Model, error) { return guidance.PseudoInverse(c.All(), o, 1) },
		"moments":       func() (score.Model, error) { return guidance.MomentMatching(c.All(), o) },
	} {
		m, err := build()
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := m.Denoise(d, x, sde.Level{Alpha: 0.8, Sigma: 0.6}); err != nil {
				panic(err)
			}
		}), name)
	}
}
