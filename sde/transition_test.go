package sde_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// bare hides the closed form of a process, as a user's process would lack it.
type bare struct{ sde.Process }

func TestTransitionComposes(t *testing.T) {
	for _, e := range sde.Catalogue {
		cutoff, end := e.Process.Horizon()
		require.Implements(t, (*sde.Transitioner)(nil), e.Process)
		rapid.Check(t, func(rt *rapid.T) {
			draw := func(lo, hi float64, name string) float64 {
				return lo * math.Pow(hi/lo, rapid.Float64Range(0, 1).Draw(rt, name))
			}
			s := draw(cutoff, end, "s")
			u := draw(s, end, "u")
			m := draw(s, u, "m")
			scale, std := sde.Transition(e.Process, s, u)
			a, b := e.Process.At(s), e.Process.At(u)
			// Marginals: α_t = scale α_s, σ_t² = scale² σ_s² + std².
			require.InEpsilon(rt, b.Alpha, scale*a.Alpha, 1e-13, e.Name)
			require.InEpsilon(rt, b.Sigma, math.Hypot(scale*a.Sigma, std), 1e-13, e.Name)
			// Chapman–Kolmogorov.
			sm, dm := sde.Transition(e.Process, s, m)
			mu, du := sde.Transition(e.Process, m, u)
			require.InEpsilon(rt, scale, sm*mu, 1e-13, e.Name)
			require.InDelta(rt, std, math.Hypot(mu*dm, du), 2e-13*std, e.Name)
			// The general form, as exact as its λ_t − λ_s, whose error is
			// 1e-15 (1+|λ|): half of that in std², in units of std.
			general, gstd := sde.Transition(bare{e.Process}, s, u)
			require.InEpsilon(rt, scale, general, 1e-13, e.Name)
			require.InDelta(rt, std*std, gstd*gstd, 1e-13*std*std+3e-15*b.Sigma*b.Sigma*(1+math.Abs(a.Lambda())+math.Abs(b.Lambda())), e.Name)
		})
	}
}

// std² → g² h for h → 0: at h = 1e-13 the naive σ_t² − scale²σ_s² would keep
// three digits at most.
func TestTransitionOfShortSteps(t *testing.T) {
	for _, e := range sde.Catalogue {
		cutoff, end := e.Process.Horizon()
		for _, u := range []float64{0.1, 0.5, 0.9} {
			s := cutoff + u*(end-cutoff)
			next := s + 1e-10*s
			h := next - s
			_, std := sde.Transition(e.Process, s, next)
			_, g := e.Process.Coefficients(s)
			// Next order: relative h (f + g'/g), at most 1e-10 times 100.
			require.InEpsilon(t, g*math.Sqrt(h), std, 1e-8, "%s at %v", e.Name, s)
		}
		scale, std := sde.Transition(e.Process, 0.3, 0.3)
		require.Equal(t, 1.0, scale, e.Name)
		require.Zero(t, std, e.Name)
		_, std = sde.Transition(e.Process, 0.5, 0.25)
		require.True(t, math.IsNaN(std), "%s: against time", e.Name)
	}
}

// The cosine's α and σ against 300-bit series, to 1e-14, from t = 1e-12 to
// within 1e-6 of the end.
func TestCosineLevelsToLastDigits(t *testing.T) {
	pi, _, err := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211707", 10, 300, big.ToNearestEven)
	require.NoError(t, err)
	p := sde.Cosine{Offset: 0.008, Cutoff: 1e-3, LambdaMin: -5.1}
	num := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
	angle := func(at float64) *big.Float { // π/2 (t+s)/(1+s)
		u := num(at)
		u.Add(u, num(p.Offset)).Mul(u, pi)
		d := num(1)
		d.Add(d, num(p.Offset)).Mul(d, num(2))
		return u.Quo(u, d)
	}
	for _, at := range []float64{1e-12, 1e-6, 1e-3, 0.25, 0.5, 0.75, 0.9921875, 0.999999} {
		alpha := bigCos(angle(at))
		alpha.Quo(alpha, bigCos(angle(0)))
		variance := new(big.Float).SetPrec(300).Mul(alpha, alpha)
		variance.Sub(num(1), variance)
		a, _ := alpha.Float64()
		s, _ := new(big.Float).SetPrec(300).Sqrt(variance).Float64()
		got := p.At(at)
		require.InEpsilon(t, a, got.Alpha, 1e-14, "α at %v", at)
		require.InEpsilon(t, s, got.Sigma, 1e-14, "σ at %v", at)
	}
}

// bigCos sums the series, whose terms stay below 2 for |x| < π/2.
func bigCos(x *big.Float) *big.Float {
	square := new(big.Float).SetPrec(300).Mul(x, x)
	sum, term := big.NewFloat(1).SetPrec(300), big.NewFloat(1).SetPrec(300)
	for k := int64(1); k < 40; k++ {
		term.Mul(term, square)
		term.Quo(term, new(big.Float).SetPrec(300).SetInt64(-2*k*(2*k-1)))
		sum.Add(sum, term)
	}
	return sum
}

func TestTimeOfAtTheEnds(t *testing.T) {
	// β = 20 t, the continuum of Keras's DDPM: B = 10 t².
	keras := sde.VP{BetaMax: 20, Cutoff: 1e-3}
	require.NoError(t, keras.Validate())
	require.InEpsilon(t, math.Sqrt(0.1*math.Ln2), keras.TimeOf(0), 1e-15)
	require.Zero(t, keras.TimeOf(math.Inf(1)))
	for _, e := range sde.Catalogue {
		if e.Name == "ve" {
			continue // σ is nowhere 0
		}
		require.Zero(t, e.Process.TimeOf(math.Inf(1)), e.Name)
	}
	require.Equal(t, 1.0, sde.RectifiedFlow{}.TimeOf(math.Inf(-1)))
	// The constant β: B = β t.
	constant := sde.VP{BetaMin: 3, BetaMax: 3, Cutoff: 1e-3}
	require.InEpsilon(t, math.Ln2/3, constant.TimeOf(0), 1e-15)
}

func TestValidate(t *testing.T) {
	type validator interface{ Validate() error }
	for _, e := range sde.Catalogue {
		require.NoError(t, e.Process.(validator).Validate(), e.Name)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, bad := range []validator{
		sde.VP{}, sde.VP{BetaMin: -1, BetaMax: 1, Cutoff: 0.1}, sde.VP{BetaMax: nan, Cutoff: 0.1}, sde.VP{BetaMax: 20, Cutoff: 1},
		sde.SubVP{BetaMin: inf, BetaMax: 20, Cutoff: 0.1}, sde.SubVP{BetaMin: 0.1, BetaMax: 20},
		sde.Cosine{}, sde.Cosine{Offset: 1, Cutoff: 1e-3, LambdaMin: -5}, sde.Cosine{Offset: 0.008, Cutoff: 1e-3, LambdaMin: nan}, sde.Cosine{Offset: 0.008, Cutoff: 0.9, LambdaMin: 0},
		sde.VE{SigmaMin: 1, SigmaMax: 1, Cutoff: 1e-5}, sde.VE{SigmaMax: 1, Cutoff: 1e-5}, sde.VE{SigmaMin: 1, SigmaMax: inf, Cutoff: 1e-5}, sde.VE{SigmaMin: 1, SigmaMax: 2},
		sde.EDM{}, sde.EDM{SigmaMin: 2, SigmaMax: 1}, sde.EDM{SigmaMin: 1, SigmaMax: inf},
		sde.RectifiedFlow{Cutoff: 1e-3, End: 1}, sde.RectifiedFlow{End: 0.9}, sde.RectifiedFlow{Cutoff: nan, End: 0.9},
	} {
		require.ErrorIs(t, bad.Validate(), sde.ErrProcess, "%#v", bad)
	}
	require.EqualError(t, sde.VP{BetaMin: -1, BetaMax: 1, Cutoff: 0.1}.Validate(), "sde: not a forward process: VP.BetaMin -1 must be finite and not negative, for example 0.1")
}

func TestPerturb(t *testing.T) {
	const rows, dim = 200, 3
	x0, whole, parts := make([]float64, rows*dim), make([]float64, rows*dim), make([]float64, rows*dim)
	for i := range x0 {
		x0[i] = float64(i)
	}
	at, from := sde.Level{Alpha: 0.6, Sigma: 0.8}, noise.Address{Seed: 5, Use: noise.Data, Row: 7, Step: 2}
	sde.Perturb(whole, x0, dim, at, noise.Gaussian{}, from)
	eps := make([]float64, rows*dim)
	noise.Gaussian{}.Normal(eps, dim, from)
	for i := range whole {
		require.Equal(t, 0.6*x0[i]+0.8*eps[i], whole[i])
	}
	for lo := 0; lo < rows; lo += 13 {
		hi := min(rows, lo+13)
		there := from
		there.Row += uint64(lo)
		sde.Perturb(parts[lo*dim:hi*dim], x0[lo*dim:hi*dim], dim, at, noise.Gaussian{}, there)
	}
	require.Equal(t, whole, parts)
	sde.Perturb(nil, nil, dim, at, noise.Gaussian{}, from)
	require.Panics(t, func() { sde.Perturb(x0, x0, dim, at, noise.Gaussian{}, from) })
	require.Panics(t, func() { sde.Perturb(whole, x0[:5], dim, at, noise.Gaussian{}, from) })
	require.Panics(t, func() { sde.Perturb(whole[:5], x0[:5], dim, at, noise.Gaussian{}, from) })
	require.Zero(t, testing.AllocsPerRun(10, func() { sde.Perturb(whole, x0, dim, at, noise.Gaussian{}, from) }))
}

func ExampleTransition() {
	// Under EDM, where σ = t, noise adds up in squares: 5² − 3² = 4².
	fmt.Println(sde.Transition(sde.EDM{}, 3, 5))
	// Output: 1 4
}

func ExamplePerturb() {
	x := make([]float64, 2)
	sde.Perturb(x, []float64{1, 2}, 2, sde.Level{Alpha: 0.5, Sigma: 1}, noise.Zero{}, noise.Address{Use: noise.Data})
	fmt.Println(x)
	// Output: [0.5 1]
}
