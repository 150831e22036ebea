package score_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

var parameterisations = []score.Parameterisation{
	score.Data, score.Noise, score.ByScore, score.Velocity, score.Flow, score.EDM(0.5), score.EDM(3),
}

// To and from agree at any level, within the rounding of the worse conditioned
// of the two: an error ε in the value of Noise is σ/α times that in D.
func TestParameterisationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(parameterisations).Draw(t, "p")
		at := sde.Level{Alpha: math.Exp(rapid.Float64Range(-6, 3).Draw(t, "ln α")), Sigma: math.Exp(rapid.Float64Range(-6, 3).Draw(t, "ln σ"))}
		d := rapid.Float64Range(-10, 10).Draw(t, "D")
		e := rapid.Float64Range(-10, 10).Draw(t, "ε")
		x := []float64{at.Alpha*d + at.Sigma*e}
		out, back := make([]float64, 1), make([]float64, 1)
		require.NoError(t, p.FromDenoiser(out, x, []float64{d}, at))
		require.NoError(t, p.ToDenoiser(back, x, out, at))
		// x/α is the largest number that goes through: its rounding is what counts.
		require.InDelta(t, d, back[0], 1e-12*(1+at.Sigma/at.Alpha))
		var want float64
		switch p.String() {
		case "data":
			want = d
		case "noise":
			want = e
		case "score":
			want = -e / at.Sigma
		case "velocity":
			want = at.Alpha*e - at.Sigma*d
		case "flow":
			want = e - d
		case "edm":
			return // TestEDMPreconditioning
		}
		require.InDelta(t, want, out[0], 1e-12*(1+math.Abs(want)+(1+at.Alpha/at.Sigma)*(1+math.Max(at.Alpha, 1/at.Sigma))))
	})
}

// The textbook form, σ_d = 0.5 at σ = 2: c_skip = 0.25/4.25, c_out = 1/√4.25.
func TestEDMPreconditioning(t *testing.T) {
	d := make([]float64, 1)
	require.NoError(t, score.EDM(0.5).ToDenoiser(d, []float64{3}, []float64{0.7}, sde.Level{Alpha: 1, Sigma: 2}))
	require.InDelta(t, 3*0.25/4.25+0.7/math.Sqrt(4.25), d[0], 1e-15)
	// A level is known by x/α and σ/α.
	scaled := make([]float64, 1)
	require.NoError(t, score.EDM(0.5).ToDenoiser(scaled, []float64{0.3}, []float64{0.7}, sde.Level{Alpha: 0.1, Sigma: 0.2}))
	require.InDelta(t, d[0], scaled[0], 1e-15)
}

func TestParameterisationEnds(t *testing.T) {
	x, d := []float64{2}, []float64{3}
	clean, pure := sde.Level{Alpha: 1}, sde.Level{Sigma: 1}
	out := make([]float64, 1)
	for _, p := range parameterisations {
		if p == score.Data {
			require.NoError(t, p.FromDenoiser(out, x, d, clean))
		} else {
			require.ErrorIs(t, p.FromDenoiser(out, x, d, clean), score.ErrLevel, p.String())
		}
		// x is the data at σ = 0, whatever the prediction.
		require.NoError(t, p.ToDenoiser(out, x, []float64{2}, clean))
		require.Equal(t, 2.0, out[0], p.String())
		require.NoError(t, p.FromDenoiser(out, x, d, pure))
		if p == score.Noise || p == score.ByScore {
			require.ErrorIs(t, p.ToDenoiser(out, x, out, pure), score.ErrLevel)
		} else {
			require.NoError(t, p.ToDenoiser(out, x, out, pure))
			require.InDelta(t, 3, out[0], 1e-15, p.String())
		}
	}
	require.ErrorIs(t, score.EDM(0).FromDenoiser(out, x, d, pure), score.ErrConfig)
	require.ErrorIs(t, score.Noise.FromDenoiser(out, x, d, sde.Level{Alpha: -1, Sigma: 1}), score.ErrLevel)
}

// A model, told in every parameterisation, is the same model.
func TestFromFunc(t *testing.T) {
	const dim = 3
	m := mixed(t, dim)
	x := normals(1, 10*dim)
	want, got := make([]float64, len(x)), make([]float64, len(x))
	for _, p := range parameterisations {
		again := score.FromFunc(dim, p, func(dst, x []float64, at sde.Level) error { return p.Predict(dst, x, m, at) })
		require.Equal(t, dim, again.Dim())
		for _, at := range levels[:5] {
			require.NoError(t, m.Denoise(want, x, at))
			require.NoError(t, again.Denoise(got, x, at))
			require.InDeltaSlice(t, want, got, 1e-13*(1+at.Sigma/at.Alpha), "%v %v", p, at)
		}
	}
	broken := errors.New("broken")
	bad := score.FromFunc(1, score.Noise, func(_, _ []float64, _ sde.Level) error { return broken })
	require.ErrorIs(t, bad.Denoise(got[:1], x[:1], levels[0]), broken)
}

func ExampleParameterisation() {
	// x = 0.8·D + 0.6·ε with D = 2 and ε = −1.
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	x, out := []float64{1}, make([]float64, 1)
	for _, p := range []score.Parameterisation{score.Noise, score.Velocity, score.Flow} {
		if err := p.FromDenoiser(out, x, []float64{2}, at); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %.1f\n", p, out[0])
	}
	// Output:
	// noise -1.0
	// velocity -2.0
	// flow -3.0
}

func ExampleFromFunc() {
	// Data N(0, 1): the noise predicted from x is σx/(α² + σ²).
	m := score.FromFunc(1, score.Noise, func(dst, x []float64, at sde.Level) error {
		for i, v := range x {
			dst[i] = at.Sigma * v / (at.Alpha*at.Alpha + at.Sigma*at.Sigma)
		}
		return nil
	})
	d := make([]float64, 1)
	if err := m.Denoise(d, []float64{2}, sde.Level{Alpha: 0.6, Sigma: 0.8}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", d[0]) // αx
	// Output: 1.2
}
