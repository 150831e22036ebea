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

// A' = F A and Σ' = F Σ + Σ Fᵀ + G Gᵀ, by differences, on both sides of S = 1; and g
// is the derivative of ρ².
func TestCLDSolvesItsEquations(t *testing.T) {
	five := fd.Formula{Stencil: []fd.Point{{Loc: -2, Coeff: 1. / 12}, {Loc: -1, Coeff: -2. / 3}, {Loc: 1, Coeff: 2. / 3}, {Loc: 2, Coeff: -1. / 12}},
		Derivative: 1, Step: 1e-4}
	p := sde.CLD{Rate: 3, Gamma: 0.2, Cutoff: 1e-3}
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.Float64Range(0.01, 1).Draw(rt, "t")
		s := &fd.Settings{Step: 1e-3 * at, Formula: five}
		slope := func(of func(sde.PhaseKernel) float64) float64 {
			return fd.Derivative(func(t float64) float64 { return of(p.Kernel(t)) }, at, s)
		}
		k := p.Kernel(at)
		// Rounding over step, 1e-15/1e-3/t.
		near := func(want, got float64) {
			rt.Helper()
			require.InDelta(rt, want, got, 1e-10/at)
		}
		near(3*k.A[1], slope(func(k sde.PhaseKernel) float64 { return k.A[0] }))
		near(-3*k.A[0]-6*k.A[1], slope(func(k sde.PhaseKernel) float64 { return k.A[1] }))
		near(6*k.XV, slope(func(k sde.PhaseKernel) float64 { return k.XX }))
		near(3*k.VV-3*k.XX-6*k.XV, slope(func(k sde.PhaseKernel) float64 { return k.XV }))
		near(-6*k.XV-12*k.VV+12, slope(func(k sde.PhaseKernel) float64 { return k.VV }))
		_, g := p.Coefficients(at)
		d := fd.Derivative(func(t float64) float64 { l := p.At(t); return l.Sigma * l.Sigma }, at, s)
		require.InEpsilon(rt, d, g*g, 1e-9)
	})
	k := p.Kernel(0)
	require.Equal(t, [2]float64{1, 0}, k.A)
	require.Equal(t, []float64{0, 0, 0.2}, []float64{k.XX, k.XV, k.VV})
	// And on to N(0, I).
	k = p.Kernel(20)
	require.InDeltaSlice(t, []float64{0, 0, 1, 0, 1}, []float64{k.A[0], k.A[1], k.XX, k.XV, k.VV}, 1e-15)
}

// y holds all that u tells of the data, and e the rest: e eᵀ + A Aᵀ ρ² = Σ with
// weights w, wᵀA = 1, wᵀe = 0, wᵀΣw = ρ²; down to times where det Σ is of order t⁴.
func TestCLDObservation(t *testing.T) {
	p := process(t, "cld").(sde.CLD)
	for _, at := range []float64{1e-5, 1e-3, 0.05, 0.3, 1} {
		k := p.Kernel(at)
		wx, wv := k.Observe()
		ex, ev := k.Hidden()
		r2 := math.Pow(k.Level().Sigma, 2)
		require.InDelta(t, 1, wx*k.A[0]+wv*k.A[1], 1e-14)
		require.InDelta(t, 0, wx*ex+wv*ev, 1e-14*(math.Abs(wx*ex)+math.Abs(wv*ev)))
		require.InEpsilon(t, k.XX, ex*ex+k.A[0]*k.A[0]*r2, 1e-9, "t = %v", at)
		require.InEpsilon(t, k.XV, ex*ev+k.A[0]*k.A[1]*r2, 1e-9)
		require.InEpsilon(t, k.VV, ev*ev+k.A[1]*k.A[1]*r2, 1e-9)
		// The precision's lower row: (Σ⁻¹Σ)_v = (0, 1).
		px, pv := k.Precision()
		require.InDelta(t, 0, px*k.XX+pv*k.XV, 1e-9*math.Abs(px*k.XX))
		require.InDelta(t, 1, px*k.XV+pv*k.VV, 1e-9*(1+math.Abs(px*k.XV)))
		require.InEpsilon(t, at, p.TimeOf(p.At(at).Lambda()), 1e-11)
	}
	// For S ≪ Gamma, v_0 is known from v, and of x there is left the noise that came by
	// way of v: 4 ∫ (S − s)² ds.
	s := 8e-6
	require.InEpsilon(t, 4*s*s*s/3, math.Pow(p.At(1e-6).Sigma, 2), 1e-2)
	require.Zero(t, p.TimeOf(math.Inf(1)))
	require.True(t, math.IsNaN(p.TimeOf(math.NaN())))
}

// The law over two times is that over their sum, and leads from kernel to kernel.
func TestCLDDamping(t *testing.T) {
	p := process(t, "cld").(sde.CLD)
	carry := func(k sde.PhaseKernel, h float64) (a [2]float64, cov [3]float64) {
		m, l := p.Damping(h)
		a = [2]float64{m[0][0]*k.A[0] + m[0][1]*k.A[1], m[1][0]*k.A[0] + m[1][1]*k.A[1]}
		x := [2]float64{m[0][0]*k.XX + m[0][1]*k.XV, m[0][0]*k.XV + m[0][1]*k.VV}
		v := [2]float64{m[1][0]*k.XX + m[1][1]*k.XV, m[1][0]*k.XV + m[1][1]*k.VV}
		return a, [3]float64{x[0]*m[0][0] + x[1]*m[0][1] + l[0]*l[0], x[0]*m[1][0] + x[1]*m[1][1] + l[0]*l[1], v[0]*m[1][0] + v[1]*m[1][1] + l[1]*l[1] + l[2]*l[2]}
	}
	for _, c := range [][2]float64{{0.001, 0.002}, {0.05, 0.051}, {0.1, 0.9}, {0.5, 1}} {
		a, cov := carry(p.Kernel(c[0]), c[1]-c[0])
		k := p.Kernel(c[1])
		require.InDeltaSlice(t, k.A[:], a[:], 1e-14)
		require.InDeltaSlice(t, []float64{k.XX, k.XV, k.VV}, cov[:], 1e-14)
	}
}

func TestBadCLD(t *testing.T) {
	require.NoError(t, process(t, "cld").(sde.CLD).Validate())
	for _, bad := range []sde.CLD{{}, {Rate: 8, Cutoff: 0.1}, {Rate: math.NaN(), Gamma: 1, Cutoff: 0.1}, {Rate: 8, Gamma: 1}, {Rate: 8, Gamma: 1, Cutoff: 2}} {
		require.ErrorIs(t, bad.Validate(), sde.ErrProcess)
	}
}

// What position and velocity tell of the data together is worth more than the
// position alone.
func ExampleCLD() {
	p, _ := sde.ByName("cld")
	k := p.(sde.CLD).Kernel(0.2)
	fmt.Printf("noise over signal: x alone %.3f, x and v %.3f\n", math.Sqrt(k.XX)/k.A[0], p.At(0.2).Rho())
	// Output: noise over signal: x alone 1.505, x and v 1.158
}
