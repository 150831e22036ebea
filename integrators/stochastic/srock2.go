package stochastic

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/ito-sde/ito/sde/noise"
)

// SROCK2 is a stabilised explicit method of weak order 2 for stiff drifts: its s
// stages of a make it stable in mean square on dy = λy dt + μy dw, λ ≤ 0, as long as
// the equation is, |μ|² < −2λ, up to h|λ| = 0.43 s² (1.3 for s = 3), with work that
// grows as √(h|λ|). With α, σ, τ, μ_i, κ_i of the number of stages, chains of time levels
// alike,
//
//	K_1 = y + αhμ_1 a(y),   K_i = αhμ_i a(K_(i−1)) + (1+κ_i) K_(i−1) − κ_i K_(i−2),   i ≤ s,
//	y*  = K_(s−2) + 2τh a(K_(s−2)) + b(K_s) Δw,
//	y_1 = K_(s−2) + (2σ−½) h a(K_(s−2)) + ½h a(y*) + b(K_(s−1)) Δw
//	    + ½ Σ_r [b_r(K_s + Σ_q b_q J_qr) − b_r(K_s − Σ_q b_q J_qr)]
//	    + ¼ Σ_r [b_r(K_s + √h Σ_q b_q χ_q) − 2b_r + b_r(K_s − √h Σ_q b_q χ_q)] Δw_r,
//
// b without argument at K_s, J_qr = ½(Δw_q Δw_r − δ_qr h + V_qr) with V_qr = −V_rq = ±h,
// and χ_q the signs of V_0q, χ_0 = 1; h in variances is |h|.
//
// Itô, any noise, strong order 1 for commutative noise and ½ otherwise, weak order
// 2, s + 1 evaluations of a; of b 4 + 2 NoiseDim, six where it is diagonal, and two
// where it is additive. Without noise it is ROCK2, of order 2.
//
// Abdulle, Vilmart, Zygalakis (2013), "Weak second order explicit stabilized methods
// for stiff stochastic differential equations", section 3, with the mean of χ's term
// about b(K_s); Abdulle, Medovikov (2001), "Second order Chebyshev methods based on
// orthogonal polynomials", for the table, and Abdulle (2011) for α.
type SROCK2 struct {
	// Radius is a bound on the eigenvalues' size of ∂a/∂y, from which a step
	// takes its number of stages: at least 3 and at most 200.
	Radius float64
}

// ErrStages is wrapped by the error of a step too long for all stages there are.
var ErrStages = errors.New("stochastic: too stiff for the stages there are")

//go:embed srock2.csv
var srock2Table string

// chebyshev is a line of the table.
type chebyshev struct {
	degree            int // s − 2
	alpha, sigma, tau float64
	mu, kappa         []float64 // of stages 1 to s, κ_1 = 0
}

// srock2Degrees reads the table, lines of s − 2, α and ROCK2's σ and τ, then μ_(s−1),
// κ_(s−1), μ_s, κ_s, μ_1 and μ_i, κ_i to s − 2.
var srock2Degrees = sync.OnceValue(func() []chebyshev {
	reader := csv.NewReader(strings.NewReader(srock2Table))
	reader.FieldsPerRecord = -1
	lines, err := reader.ReadAll()
	if err != nil {
		panic(err) // the table is part of the program
	}
	var out []chebyshev
	for _, line := range lines {
		v := make([]float64, len(line))
		for i, field := range line {
			if v[i], err = strconv.ParseFloat(field, 64); err != nil {
				panic(err)
			}
		}
		alpha, sigma, tau := v[1], v[2], v[3]
		c := chebyshev{degree: int(v[0]), alpha: alpha, mu: []float64{v[8]}, kappa: []float64{0}}
		for i := 9; i < len(v); i += 2 {
			c.mu, c.kappa = append(c.mu, v[i]), append(c.kappa, v[i+1])
		}
		c.mu, c.kappa = append(c.mu, v[4], v[6]), append(c.kappa, v[5], v[7])
		// Those of the damped polynomial α, so that order 2 is kept.
		c.sigma = (1-alpha)/2 + alpha*sigma
		c.tau = (1-alpha)*(1-alpha)/2 + 2*alpha*(1-alpha)*sigma + alpha*alpha*sigma*(sigma+tau)
		out = append(out, c)
	}
	return out
})

// Calculus returns Ito.
func (SROCK2) Calculus() Calculus { return Ito }

// Structure returns General.
func (SROCK2) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 2.
func (SROCK2) Orders(on Structure) (strong, weak float64) { return PlatenWeak{}.Orders(on) }

// Needs returns TwoPoint for general and commutative noise.
func (SROCK2) Needs(on Structure) noise.Functionals {
	if on == General || on == Commutative {
		return noise.TwoPoint
	}
	return 0
}

func (m SROCK2) fits(*System) string {
	if !(m.Radius >= 0) || math.IsInf(m.Radius, 0) {
		return "give SROCK2 a finite Radius that is not negative"
	}
	return ""
}

// reach is h|λ|/s² up to which steps are stable, found from the table.
const reach = 0.43

// Stages returns how many stages a step of length h takes, and 0 if 200 do not do.
func (m SROCK2) Stages(h float64) int {
	if c := m.stages(h); c != nil {
		return c.degree + 2
	}
	return 0
}

func (m SROCK2) stages(h float64) *chebyshev {
	all := srock2Degrees()
	want := 3.0
	if stiffness := math.Abs(h) * m.Radius; stiffness > 1.3 { // where 4 and 5 stages are of little use
		want = max(6, math.Sqrt(stiffness/reach))
	}
	i := sort.Search(len(all), func(i int) bool { return float64(all[i].degree+2) >= want })
	if i == len(all) {
		return nil
	}
	return &all[i]
}

// Stepper returns a stepper for up to rows rows of s.
func (m SROCK2) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	srock2Degrees() // before any step
	st := &srock2{scratch: c, m: m, there: make([]float64, len(c.b)), shift: make([]float64, rows*s.Noises()), pick: make([]float64, rows*s.Noises())}
	for _, v := range []*[]float64{&st.k, &st.before, &st.star, &st.support} {
		*v = make([]float64, len(c.a))
	}
	return st
}

type srock2 struct {
	scratch
	m                        SROCK2
	k, before, star, support []float64
	there                    []float64
	shift, pick              []float64 // what multiplies columns of b
}
