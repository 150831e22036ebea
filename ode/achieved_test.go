package ode_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

// amplification is how much a problem makes of an error committed on the way: the
// largest growth to T1, in the norm of equal tolerances, of a perturbation of a
// component at any of twenty times.
func amplification(t *testing.T, p problems.Problem) float64 {
	const delta, times = 1e-5, 20
	fine := ode.Config{RTol: 1e-11, ATol: 1e-11, Stops: p.Breaks}
	largest, at, from := 1.0, p.Y0, p.T0
	for q := range times {
		for j := range at {
			var end [2][]float64
			for k, d := range []float64{delta, -delta} {
				y := slices.Clone(at)
				y[j] += d
				r, err := ode.Solve(background, integrators.Verner9, p.F, from, p.T1, y, fine)
				require.NoError(t, err)
				end[k] = r.Y
			}
			sum := 0.0
			for i, v := range end[0] {
				d := (v - end[1][i]) / (2 * delta) * (1 + math.Abs(at[j])) / (1 + math.Abs(p.Reference[i]))
				sum += d * d
			}
			largest = max(largest, math.Sqrt(sum))
		}
		if p.Breaks != nil {
			break
		}
		to := p.T0 + (p.T1-p.T0)*float64(q+1)/times
		r, err := ode.Solve(background, integrators.Verner9, p.F, from, to, at, fine)
		require.NoError(t, err)
		at, from = r.Y, to
	}
	return largest
}

// The error at the end is of the size of the tolerance: on the 25 problems of
// DETEST, at tolerances 1e-3 to 1e-12, within ten times of it after division by
// the problem's own amplification of errors, and the median within three times
// even without. Methods of order 3, whose many steps err to one side, get twice
// and linearly implicit ones five times the bound.
func TestAchievedError(t *testing.T) {
	scale := map[string]float64{}
	var set []problems.Problem
	for _, p := range problems.Catalogue {
		if strings.HasPrefix(p.Name, "detest-") {
			set = append(set, p)
			scale[p.Name] = amplification(t, p)
		}
	}
	require.Len(t, set, 25)
	for _, e := range ode.Catalogue {
		order, estimate := e.Method.Order()
		if estimate < 2 || e.Stiff && !strings.HasPrefix(e.Name, "auto") {
			continue
		}
		bound := 10.0
		if e.Stiff || order == 3 {
			bound = 20
		}
		var plain []float64
		for _, p := range set {
			for k := 3; k <= 12; k++ {
				if order >= 8 && k == 3 { // not what they are for
					continue
				}
				if order < 5 && k > 6 {
					break
				}
				tol := math.Pow10(-k)
				r, err := ode.Solve(background, e.Method, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: tol, ATol: tol, Stops: p.Breaks})
				require.NoError(t, err)
				sum := 0.0
				for i, v := range r.Y {
					d := (v - p.Reference[i]) / (1 + math.Abs(p.Reference[i]))
					sum += d * d
				}
				ratio := math.Sqrt(sum/float64(len(r.Y))) / tol
				plain = append(plain, ratio)
				require.Less(t, ratio, bound*scale[p.Name], "%s on %s at %g", e.Name, p.Name, tol)
			}
		}
		slices.Sort(plain)
		require.Less(t, plain[len(plain)/2], 3.0, "%s: median", e.Name)
	}
}

// Every stiff method of order 4 or more solves the stiff problems that have a name
// at a tolerance of 1e-6, the worst component within 200 times that at the end:
// oscillators run through many periods, and relative errors are counted in
// components down to 1e-13.
func TestStiffProblems(t *testing.T) {
	const tol = 1e-6
	for _, name := range []string{"robertson", "vdp1000", "hires", "orego"} {
		p, ok := problems.ByName(name)
		require.True(t, ok)
		for _, e := range ode.Catalogue {
			if order, _ := e.Method.Order(); !e.Stiff || order < 4 {
				continue
			}
			r, err := ode.Solve(background, e.Method, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: tol, ATol: tol * p.AbsScale, Linearisation: p.Linearisation()})
			require.NoError(t, err, "%s on %s", e.Name, name)
			require.Less(t, p.Error(r.Y), 200*tol, "%s on %s: %+v", e.Name, name, r.Stats)
			require.Less(t, r.Stats.Accepted+r.Stats.Rejected, 3000, "%s on %s", e.Name, name)
		}
	}
}
