package sde_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/sde"
)

// The table of DDPM against the product written out, at its steps and between.
func TestTableHoldsItsLevels(t *testing.T) {
	p := process(t, "ddpm")
	abar := 1.0
	var prev sde.Level
	for k := range 1000 {
		abar *= 1 - (1e-4 + (0.02-1e-4)*float64(k)/999)
		at := float64(k+1) / 1000
		l := p.At(at)
		// A thousand roundings of the product.
		require.InEpsilon(t, math.Sqrt(abar), l.Alpha, 1e-12)
		require.InEpsilon(t, 1-abar, l.Sigma*l.Sigma, 1e-11)
		require.InDelta(t, at, p.TimeOf(l.Lambda()), 1e-14)
		if k > 0 {
			mid := p.At(at - 0.0005)
			require.True(t, prev.Lambda() > mid.Lambda() && mid.Lambda() > l.Lambda())
		}
		prev = l
	}
	cutoff, end := p.Horizon()
	require.Equal(t, 0.001, cutoff)
	require.Equal(t, 1.0, end)
	require.Equal(t, cutoff, p.TimeOf(math.Inf(1)))
	require.Equal(t, end, p.TimeOf(math.Inf(-1)))
}

// Keras-DDPM's α_t = √(1 − 0.02 t/T), multiplied up, is VP with β = 20 t but for
// terms of order 1/T: ln ᾱ = −10 t² − 10 t/T + O(1/T).
func TestKerasTableIsItsContinuum(t *testing.T) {
	table, continuum := process(t, "ddpm-keras"), sde.VP{BetaMax: 20, Cutoff: 1e-3}
	alpha := 1.0
	for k := 1; k <= 1000; k++ {
		alpha *= math.Sqrt(1 - 0.02*float64(k)/1000)
		at := float64(k) / 1000
		require.InEpsilon(t, alpha, table.At(at).Alpha, 1e-12)
		// −½·Σ(β_j + β_j²/2): the sum's end correction 10 t/T and the squares'
		// T β²/6 = (0.02 t)² T/6·t, halved.
		require.InDelta(t, -0.5*(10*at*at+0.01*at+0.2/3*at*at*at), math.Log(alpha), 1e-3)
		require.InEpsilon(t, continuum.At(at).Alpha, alpha, 0.06)
	}
}

// f and g are the derivatives of the levels between the nodes of a table, whose
// stencils must not cross one, and of a table that does not preserve variance.
func TestPretrainedCoefficients(t *testing.T) {
	five := fd.Formula{Stencil: []fd.Point{{Loc: -2, Coeff: 1. / 12}, {Loc: -1, Coeff: -2. / 3}, {Loc: 1, Coeff: 2. / 3}, {Loc: 2, Coeff: -1. / 12}},
		Derivative: 1, Step: 1e-4}
	var times []float64
	var levels []sde.Level
	for k := range 11 {
		u := 0.001 + 0.0999*float64(k)
		times, levels = append(times, u), append(levels, sde.Level{Alpha: 1 - 0.9*u, Sigma: u * (1 + u)})
	}
	uneven, err := sde.NewTable(times, levels)
	require.NoError(t, err)
	for _, e := range append([]sde.Entry{{Name: "uneven", Process: uneven}}, sde.Pretrained...) {
		rapid.Check(t, func(rt *rapid.T) {
			// The middle of a cell of either table.
			k := rapid.IntRange(0, 8).Draw(rt, "cell")
			at := 0.0515 + 0.0999*float64(k)
			if e.Name != "uneven" {
				at = 0.1015 + 0.1*float64(k)
			}
			s := &fd.Settings{Step: 1e-5, Formula: five}
			l := e.Process.At(at)
			f, g := e.Process.Coefficients(at)
			df := fd.Derivative(func(t float64) float64 { return math.Log(e.Process.At(t).Alpha) }, at, s)
			dv := fd.Derivative(func(t float64) float64 { s := e.Process.At(t).Sigma; return s * s }, at, s)
			// Rounding over step, 1e-15/1e-5.
			require.InDelta(rt, df, f, 1e-9*(1+math.Abs(f)), e.Name)
			require.InDelta(rt, dv-2*f*l.Sigma*l.Sigma, g*g, 1e-8*(1+g*g), e.Name)
		})
	}
	for k, l := range levels {
		require.InEpsilon(t, l.Alpha, uneven.At(times[k]).Alpha, 1e-14)
		require.InEpsilon(t, l.Sigma, uneven.At(times[k]).Sigma, 1e-14)
	}
}

// λ and its inverse, on tables and rescaled ones.
func TestPretrainedTimes(t *testing.T) {
	for _, e := range append([]sde.Entry{{Name: "vp-zero", Process: sde.ZeroTerminalSNR{Process: process(t, "vp")}}}, sde.Pretrained...) {
		require.NoError(t, e.Process.(interface{ Validate() error }).Validate(), e.Name)
		cutoff, end := e.Process.Horizon()
		prev := math.Inf(1)
		for i := range 997 {
			at := cutoff + (end-cutoff)*float64(i)/997
			l := e.Process.At(at)
			require.InDelta(t, 1, l.Alpha*l.Alpha+l.Sigma*l.Sigma, 4e-15, e.Name)
			require.Less(t, l.Lambda(), prev)
			prev = l.Lambda()
			// α − α_T has lost α_T/(α − α_T) near the end.
			require.InDelta(t, at, e.Process.TimeOf(prev), 1e-13*(1+math.Exp(-prev)), "%s at %v", e.Name, at)
		}
	}
}

// The rescaled schedule keeps its first level and ends at pure noise (Lin et al.:
// √ᾱ' = (√ᾱ − √ᾱ_T) √ᾱ_0/(√ᾱ_0 − √ᾱ_T)).
func TestZeroTerminalSNR(t *testing.T) {
	p, plain := process(t, "ddpm-zero-snr"), process(t, "ddpm")
	require.Zero(t, p.At(1).Alpha)
	require.InDelta(t, 1, p.At(1).Sigma, 4e-16)
	require.InEpsilon(t, plain.At(0.001).Alpha, p.At(0.001).Alpha, 1e-15)
	require.InEpsilon(t, plain.At(0.001).Sigma, p.At(0.001).Sigma, 1e-12)
	first, last := plain.At(0.001).Alpha, plain.At(1).Alpha
	for _, at := range []float64{0.01, 0.3, 0.77, 0.999} {
		require.InEpsilon(t, (plain.At(at).Alpha-last)*first/(first-last), p.At(at).Alpha, 1e-13)
	}
	require.Equal(t, 1.0, p.TimeOf(math.Inf(-1)))
	f, g := p.Coefficients(1)
	require.True(t, math.IsInf(f, -1) && math.IsInf(g, 1))
}

// A shift of λ, wherever the process is.
func TestShiftedSNR(t *testing.T) {
	plain := process(t, "vp")
	p := sde.ShiftedSNR{Process: plain, S: 4}
	for _, at := range []float64{1e-6, 1e-3, 0.2, 0.7, 1} {
		require.InDelta(t, plain.At(at).Lambda()-math.Log(4), p.At(at).Lambda(), 1e-14)
	}
	// Shifts add up, and 1 is none.
	twice := sde.ShiftedSNR{Process: sde.ShiftedSNR{Process: plain, S: 2}, S: 2}
	require.InDelta(t, p.At(0.3).Sigma, twice.At(0.3).Sigma, 1e-15)
	require.InDelta(t, plain.At(0.3).Sigma, sde.ShiftedSNR{Process: plain, S: 1}.At(0.3).Sigma, 1e-15)
}

func TestBadPretrained(t *testing.T) {
	vp := process(t, "vp")
	for _, bad := range []interface{ Validate() error }{
		sde.ShiftedSNR{}, sde.ShiftedSNR{Process: vp}, sde.ShiftedSNR{Process: vp, S: math.Inf(1)}, sde.ShiftedSNR{S: 2},
		sde.ShiftedSNR{Process: process(t, "ve"), S: 2}, sde.ShiftedSNR{Process: sde.VP{}, S: 2},
		sde.ZeroTerminalSNR{}, sde.ZeroTerminalSNR{Process: process(t, "flow")}, sde.Cosine{Offset: -0.1, Cutoff: 1e-3, LambdaMin: -5},
	} {
		require.ErrorIs(t, bad.Validate(), sde.ErrProcess, "%#v", bad)
	}
	ok := []sde.Level{{Alpha: 0.9, Sigma: 0.1}, {Alpha: 0.5, Sigma: 0.5}, {Alpha: 0.1, Sigma: 0.9}}
	for what, c := range map[string]struct {
		times  []float64
		levels []sde.Level
	}{
		"too few":       {[]float64{1, 2}, ok[:2]},
		"lengths":       {[]float64{1, 2}, ok},
		"time falls":    {[]float64{1, 3, 2}, ok},
		"time 0":        {[]float64{0, 1, 2}, ok},
		"NaN":           {[]float64{1, math.NaN(), 2}, ok},
		"noise falls":   {[]float64{1, 2, 3}, []sde.Level{ok[1], ok[0], ok[2]}},
		"same level":    {[]float64{1, 2, 3}, []sde.Level{ok[0], ok[1], ok[1]}},
		"no signal":     {[]float64{1, 2, 3}, []sde.Level{ok[0], ok[1], {Alpha: 0, Sigma: 1}}},
		"infinite":      {[]float64{1, 2, 3}, []sde.Level{ok[0], ok[1], {Alpha: 1, Sigma: math.Inf(1)}}},
		"no noise":      {[]float64{1, 2, 3}, []sde.Level{{Alpha: 1, Sigma: 0}, ok[1], ok[2]}},
		"infinite time": {[]float64{1, 2, math.Inf(1)}, ok},
	} {
		_, err := sde.NewTable(c.times, c.levels)
		require.ErrorIs(t, err, sde.ErrProcess, what)
	}
	for _, b := range [][]float64{nil, {0.1, 0.2, 1}, {0.1, 0, 0.2}, {0.1, math.NaN(), 0.2}} {
		_, err := sde.FromBetas(b)
		require.ErrorIs(t, err, sde.ErrProcess)
	}
}

// The schedule of a network that was trained with twenty steps, and the same one
// rescaled so that its last step is pure noise.
func ExampleFromBetas() {
	table, err := sde.FromBetas(sde.LinearBetas(20, 0.005, 0.4))
	if err != nil {
		fmt.Println(err)
		return
	}
	fixed := sde.ZeroTerminalSNR{Process: table}
	for _, t := range []float64{0.05, 0.5, 1} {
		fmt.Printf("t = %.2f: α = %.4f, rescaled %.4f\n", t, table.At(t).Alpha, fixed.At(t).Alpha)
	}
	// Output:
	// t = 0.05: α = 0.9975, rescaled 0.9975
	// t = 0.50: α = 0.5887, rescaled 0.5468
	// t = 1.00: α = 0.0927, rescaled 0.0000
}

// Four times the resolution: the noise that hides as much is four times as loud.
func ExampleShiftedSNR() {
	plain, _ := sde.ByName("vp")
	shifted := sde.ShiftedSNR{Process: plain, S: 4}
	fmt.Printf("ρ = %.3f and %.3f\n", plain.At(0.3).Rho(), shifted.At(0.3).Rho())
	// Output: ρ = 1.234 and 4.937
}
