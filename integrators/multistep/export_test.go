package multistep

import "github.com/ito-sde/ito/integrators"

// Remember gives a fresh Adams stepper a past of equal steps h: f(t−jh) = past[j].
func Remember(stepper integrators.Stepper, h float64, past [][]float64) {
	s := stepper.(*adams)
	s.unknown, s.k, s.order = false, len(past), len(past)
	s.have, s.equal = len(past), len(past)
	for i := range s.past {
		s.past[i] = float64(i+1) * h
	}
	rows := make([][]float64, len(past))
	for j := range past {
		rows[j] = append([]float64(nil), past[j]...)
	}
	for i := range rows {
		for l, v := range rows[0] {
			s.phi[l/4][i][l%4] = v
		}
		for j := range len(rows) - i - 1 {
			for l := range rows[j] {
				rows[j][l] -= rows[j+1][l]
			}
		}
	}
}

// RememberStates gives a fresh NDF or BDF stepper a past of equal steps h:
// y(t−jh) = past[j].
func RememberStates(stepper integrators.Stepper, h float64, past [][]float64) {
	s := stepper.(*backward)
	k := len(past) - 1
	s.unknown, s.k, s.order, s.have, s.equal, s.h, s.last = false, k, k, k, k, h, h
	rows := make([][]float64, len(past))
	for j := range past {
		rows[j] = append([]float64(nil), past[j]...)
	}
	for i := range rows {
		for l, v := range rows[0] {
			s.past[l/4][i][l%4] = v
		}
		for j := range len(rows) - i - 1 {
			for l := range rows[j] {
				rows[j][l] -= rows[j+1][l]
			}
		}
	}
}

// Formula is (1−κ_k) γ_k, κ_k γ_k + 1/(k+1) and γ_j/((1−κ_k) γ_k) of order k.
func Formula(ndf bool, k int) (leading, err float64, past []float64) {
	f := &bdfFormulas[k]
	if ndf {
		f = &ndfFormulas[k]
	}
	return 1 / f.beta, f.err, f.past[1 : k+1]
}

// EqualSteps is g_j where all steps are equal.
func EqualSteps(j int) float64 { return equalSteps[j][0] }

// Integral is g_0, ..., g_(n−1) of the interpolant at θ after steps of length 1.
func Integral(theta float64, n int) []float64 {
	var g, psi [highest + 2]float64
	for i := range psi {
		psi[i] = float64(i + 1)
	}
	integral(&g, &psi, theta-1, n)
	return g[:n]
}
