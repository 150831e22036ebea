package sde_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/sde"
)

// f = d ln α/dt and g² = dσ²/dt − 2fσ², by fourth-order differences, away from
// the end, where α → 0 makes the differences and not the formulas inexact.
func TestCoefficientsAreConsistent(t *testing.T) {
	five := &fd.Settings{Step: 1e-4, Formula: fd.Formula{
		Stencil:    []fd.Point{{Loc: -2, Coeff: 1. / 12}, {Loc: -1, Coeff: -2. / 3}, {Loc: 1, Coeff: 2. / 3}, {Loc: 2, Coeff: -1. / 12}},
		Derivative: 1, Step: 1e-4}}
	for _, e := range sde.Catalogue {
		rapid.Check(t, func(rt *rapid.T) {
			cutoff, end := e.Process.Horizon()
			u := rapid.Float64Range(0.02, 0.9).Draw(rt, "u")
			at := cutoff + u*(end-cutoff)
			five.Step = 1e-4 * at
			l := e.Process.At(at)
			f, g := e.Process.Coefficients(at)
			df := fd.Derivative(func(t float64) float64 { return math.Log(e.Process.At(t).Alpha) }, at, five)
			dv := fd.Derivative(func(t float64) float64 { s := e.Process.At(t).Sigma; return s * s }, at, five)
			// Rounding over step: 1e-16/1e-4 of the function over at.
			require.InDelta(rt, df, f, 1e-9*(math.Abs(f)+1/at), e.Name)
			want := dv - 2*f*l.Sigma*l.Sigma
			require.InDelta(rt, want, g*g, 1e-9*(math.Abs(dv)+2*math.Abs(f)*l.Sigma*l.Sigma+l.Sigma*l.Sigma/at), e.Name)
		})
	}
}

// λ and its inverse undo each other over the whole horizon and beyond.
func TestTimeOfInvertsLambda(t *testing.T) {
	for _, e := range sde.Catalogue {
		cutoff, end := e.Process.Horizon()
		prev := math.Inf(1)
		for i := range 1001 {
			at := cutoff * math.Pow(end/cutoff, float64(i)/1000)
			l := e.Process.At(at)
			lambda := l.Lambda()
			require.Less(t, lambda, prev, "%s: λ must fall with t", e.Name)
			prev = lambda
			// The condition of the inverse: dt/t = dλ/(t λ'), and λ carries a
			// rounding of 1e-16·(1 + |λ|); t λ' = −t g²/(2σ²).
			_, g := e.Process.Coefficients(at)
			slope := at * g * g / (2 * l.Sigma * l.Sigma)
			tol := 4e-15 * (1 + math.Abs(lambda)) * max(1, 1/slope)
			require.InEpsilon(t, at, e.Process.TimeOf(lambda), tol, "%s at %v", e.Name, at)
		}
	}
}

// α and σ against 200-bit arithmetic, to 1e-14, down to t = 1e-9.
func TestVPLevelsToLastDigits(t *testing.T) {
	for _, at := range []float64{1e-9, 1e-5, 1e-3, 0.1, 0.5, 1} {
		b := new(big.Float).SetPrec(200).SetFloat64(at)
		// B = t (0.1 + 9.95 t), with the float64 constants of the process.
		half := 0.5 * (20 - 0.1)
		in := new(big.Float).SetPrec(200).Mul(b, big.NewFloat(half))
		in.Add(in, big.NewFloat(0.1)).Mul(in, b)
		alpha := bigExp(new(big.Float).SetPrec(200).Quo(in, big.NewFloat(-2)))
		alpha2 := new(big.Float).SetPrec(200).Mul(alpha, alpha)
		vari := new(big.Float).SetPrec(200).Sub(big.NewFloat(1), alpha2)
		sigma := new(big.Float).SetPrec(200).Sqrt(vari)
		a, _ := alpha.Float64()
		s, _ := sigma.Float64()
		v, _ := vari.Float64()
		vp, sub := process(t, "vp").At(at), process(t, "subvp").At(at)
		require.InEpsilon(t, a, vp.Alpha, 1e-14)
		require.InEpsilon(t, s, vp.Sigma, 1e-14)
		require.InEpsilon(t, a, sub.Alpha, 1e-14)
		require.InEpsilon(t, v, sub.Sigma, 1e-14)
	}
}

// bigExp sums the series after halving the argument 64 times.
func bigExp(x *big.Float) *big.Float {
	const prec = 400
	y := new(big.Float).SetPrec(prec).SetMantExp(new(big.Float).SetPrec(prec).Set(x), -64)
	sum, term := big.NewFloat(1).SetPrec(prec), big.NewFloat(1).SetPrec(prec)
	for k := 1; k < 20; k++ {
		term.Mul(term, y)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64(int64(k)))
		sum.Add(sum, term)
	}
	for range 64 {
		sum.Mul(sum, sum)
	}
	return sum
}

func process(t testing.TB, name string) sde.Process {
	t.Helper()
	p, err := sde.ByName(name)
	require.NoError(t, err)
	return p
}

func TestVariancePreserved(t *testing.T) {
	for _, name := range []string{"vp", "vp-cosine"} {
		p := process(t, name)
		for _, at := range []float64{1e-6, 1e-3, 0.3, 0.9} {
			l := p.At(at)
			require.InDelta(t, 1, l.Alpha*l.Alpha+l.Sigma*l.Sigma, 4e-16, name)
		}
	}
}

// The cosine's σ at small t: σ² → 2 tan(u₀) rate t, far below 1 − α².
func TestCosineNearData(t *testing.T) {
	p := sde.Cosine{Offset: 0.008, Cutoff: 1e-3, LambdaMin: -5.1}
	rate := 0.5 * math.Pi / 1.008
	at := 1e-14
	require.InEpsilon(t, math.Sqrt(2*math.Tan(rate*0.008)*rate*at), p.At(at).Sigma, 1e-10)
	_, end := p.Horizon()
	require.InDelta(t, -5.1, p.At(end).Lambda(), 1e-12)
}

func TestByName(t *testing.T) {
	_, err := sde.ByName("dpm")
	require.ErrorContains(t, err, `no process "dpm"; known: vp, vp-cosine, subvp, ve, edm, flow, trigonometric, vp-shifted, ddpm, ddpm-keras, ddpm-zero-snr, cld`)
}

// The level of every process where its signal equals its noise.
func ExampleProcess() {
	for _, e := range sde.Catalogue {
		l := e.Process.At(e.Process.TimeOf(0))
		fmt.Printf("%s: α %.4f, σ %.4f\n", e.Name, l.Alpha, l.Sigma)
	}
	// Output:
	// vp: α 0.7071, σ 0.7071
	// vp-cosine: α 0.7071, σ 0.7071
	// subvp: α 0.6180, σ 0.6180
	// ve: α 1.0000, σ 1.0000
	// edm: α 1.0000, σ 1.0000
	// flow: α 0.5000, σ 0.5000
	// trigonometric: α 0.7071, σ 0.7071
	// vp-shifted: α 0.7071, σ 0.7071
}
