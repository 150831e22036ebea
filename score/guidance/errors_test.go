package guidance_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/sde"
)

// What cannot be honoured is refused, by the sentinel that says why.
func TestInverseErrors(t *testing.T) {
	g := gaussian(t, 3, 2)
	plain := struct{ score.Model }{g}
	good := score.Observation{A: mat.NewDense(1, 2, []float64{1, 1}), Y: []float64{1}, Noise: 1}
	makers := map[string]func(score.Model, score.Observation) (score.Model, error){
		"replace": guidance.Replace,
		"dps": func(m score.Model, o score.Observation) (score.Model, error) {
			return guidance.DPS(m, o, guidance.Step{})
		},
		"pseudoinverse": func(m score.Model, o score.Observation) (score.Model, error) {
			return guidance.PseudoInverse(m, o, 1)
		},
		"moments": guidance.MomentMatching,
	}
	for name, build := range makers {
		for _, bad := range []score.Observation{
			{}, {A: good.A, Y: []float64{1, 2}}, {A: mat.NewDense(1, 3, nil), Y: []float64{1}}, {A: good.A, Y: []float64{math.NaN()}},
			{A: good.A, Y: good.Y, Noise: -1}, {A: good.A, Y: good.Y, Noise: math.Inf(1)},
			{A: mat.NewDense(1, 2, []float64{1, math.Inf(1)}), Y: []float64{1}}, {A: mat.NewDense(1, 2, nil), Y: []float64{1}, Noise: 1},
		} {
			_, err := build(g, bad)
			require.ErrorIs(t, err, score.ErrObservation, "%s %v", name, bad)
		}
		m, err := build(g, good)
		require.NoError(t, err)
		require.Equal(t, 2, m.Dim())
		err = m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Alpha: math.NaN(), Sigma: 1})
		require.ErrorIs(t, err, score.ErrLevel, name)
		if name != "replace" {
			_, err := build(plain, good)
			require.ErrorIs(t, err, guidance.ErrNoVJP, name)
			err = m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Sigma: 1})
			require.ErrorIs(t, err, score.ErrLevel, name)
		}
		require.Panics(t, func() { _ = m.Denoise(make([]float64, 2), make([]float64, 4), sde.Level{Alpha: 1, Sigma: 1}) })
	}
	exact := good
	exact.Noise = 0
	_, err := guidance.DPS(g, exact, guidance.Step{})
	require.ErrorIs(t, err, guidance.ErrConfig)
	_, err = guidance.DPS(g, good, guidance.Step{Strength: -1})
	require.ErrorIs(t, err, guidance.ErrConfig)
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err = guidance.PseudoInverse(g, good, v)
		require.ErrorIs(t, err, guidance.ErrConfig)
	}
	m, err := guidance.MomentMatching(g, exact)
	require.NoError(t, err)
	require.ErrorIs(t, m.Denoise(make([]float64, 2), make([]float64, 2), sde.Level{Alpha: 1}), score.ErrLevel)
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
