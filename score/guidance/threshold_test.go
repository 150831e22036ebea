package guidance_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/sde"
)

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
