package validation

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
)

// LadderRow is one sampler's certificate.
type LadderRow struct {
	Sampler string  `json:"sampler"`
	Process string  `json:"process"`
	Kind    string  `json:"kind"`          // deterministic or stochastic
	Claimed float64 `json:"claimed_order"` // 0: exact in any number of steps
	Fitted  float64 `json:"fitted_order"`
	NFE     int     `json:"nfe"`      // of the two figures below
	ExactW2 float64 `json:"exact_w2"` // output law to exact marginal, from the exact start
	ExactKL float64 `json:"exact_kl"`
	// PointW2 is the W2 between the output law and the exact marginal for data
	// of one point, after five steps; 0 where the rule does not claim it.
	PointW2 float64 `json:"point_w2,omitempty"`
	// Split takes the W2 to the data apart, from the sampler's own start in as many
	// steps as the two figures above and a final denoising.
	Split SplitW2 `json:"split"`
	// MonteCarlo is the largest deviation of the sampled mean and covariance
	// from the exact law, in standard errors; 0 where nothing was sampled.
	MonteCarlo float64 `json:"monte_carlo_z"`
	Pass       bool    `json:"pass"`
	Note       string  `json:"note,omitempty"`
}

// Target is the Gaussian on which the ladder stands: a mean away from 0 and
// variances on both sides of the prior's, so that no coefficient is multiplied
// by zero or one by accident.
func Target() exact.Spectrum {
	return exact.Spectrum{Mean: []float64{0.8, -0.5}, Var: []float64{0.09, 2.25}}
}

// LadderConfig says how far to climb. The zero value is the full ladder of
// deterministic proofs without Monte Carlo.
type LadderConfig struct {
	Processes []string // default: vp and ve, and cld for sampler.Phase
	Samplers  []string // default: sampler.All, and both steps of every one of sampler.Adaptives
	Smooth    bool     // fit orders on a grid whose steps differ from the next by O(h) of themselves
	Samples   int      // Monte Carlo rows to compare with the exact law; 0: none
	Seed      uint64
	Workers   int
	Progress  func(done, total int, what string)
}

const (
	orderTolerance = 0.1
	// A standard normal exceeds 6 with probability 2e-9; a full ladder looks at
	// some 900 of them, so that it fails by chance with probability below 2e-6.
	monteCarloLimit = 6
	// A rule that is exact on one point errs by the rounding of numbers as large
	// as e^2 = 7.
	pointLimit = 1e-12
)

// special are pairs whose order on a Gaussian is another than the rule's. Along
// dy/dt = a y the midpoint rule errs by h³ (a″ + 6aa′ + 4a³) y/24 = h³ (y²)‴/(48 y) in a
// step; y² ∝ α²v + σ² is a parabola in t for EDM and rectified flow, so that nothing of
// third order is left. Dormand and Prince's fifth-order term is so small there against
// the sixth that rounding comes before a straight slope.
var special = []struct {
	sampler, process string
	order, within    float64
	why              string
}{
	{"flow-midpoint", "edm", 3, orderTolerance, "of order 3 where α²v + σ² is a parabola in t"},
	{"flow-midpoint", "flow", 3, orderTolerance, "of order 3 where α²v + σ² is a parabola in t"},
	{"flow-rk45", "edm", 5, 1, "rounding before a straight slope"},
	{"flow-rk45", "flow", 5, 1, "rounding before a straight slope"},
}

// Ladder certifies every sampler on one process that preserves variance and one
// that explodes it, or on those asked for: its order by the slope of
// the exact W2 between its output law and the exact marginal, no Monte Carlo
// in it, its exactness for data of one point where it claims that, and on request the agreement of sampled moments with that law.
func Ladder(ctx context.Context, c LadderConfig) ([]LadderRow, error) {
	pairs, err := c.pairs()
	if err != nil {
		return nil, err
	}
	var rows []LadderRow
	for _, v := range pairs {
		if c.Progress != nil {
			c.Progress(len(rows), len(pairs), v.sampler.Name+" on "+v.process.Name)
		}
		row, err := climb(ctx, v.sampler, v.process, c)
		if err != nil {
			if ctx.Err() != nil {
				return rows, err
			}
			row.Pass, row.Note = false, err.Error()
		}
		rows = append(rows, row)
	}
	if c.Progress != nil {
		c.Progress(len(rows), len(rows), "")
	}
	return rows, nil
}

func climb(ctx context.Context, e sampler.Entry, p sde.Entry, c LadderConfig) (LadderRow, error) {
	row := LadderRow{Sampler: e.Name, Process: p.Name, Kind: "deterministic", Claimed: e.Order}
	if e.Rule.Cost().Noises > 0 {
		row.Kind = "stochastic"
	}
	target := Target()
	// distance is that of the output law to the exact marginal at the grid's
	// end, from the exact marginal at its start: discretisation is all that errs.
	distance := func(target exact.Spectrum, g sampler.Grid, d func(p, q *divergence.Gaussian) (float64, error)) (float64, error) {
		levels := g.Levels(nil)
		start, want := target.At(levels[0]), target.At(levels[len(levels)-1])
		law, err := target.Law(ctx, sampler.Config{Process: p.Process, Rule: e.Rule, Grid: g, Workers: c.Workers}, &start)
		if err != nil {
			return 0, err
		}
		a, err := law.Gaussian()
		if err != nil {
			return 0, err
		}
		b, err := want.Gaussian()
		if err != nil {
			return 0, err
		}
		return d(a, b)
	}
	var err error
	if e.Exact {
		g, err := orderGrid(p.Process, 5, 0, c.Smooth)
		if err != nil {
			return row, err
		}
		point := exact.Spectrum{Mean: target.Mean, Var: make([]float64, target.Dim())}
		if row.PointW2, err = distance(point, g, divergence.W2); err != nil {
			return row, err
		}
		if !(row.PointW2 <= pointLimit) { // not worth the climb
			row.Note = fmt.Sprintf("W2 on one point ≤ %v required", pointLimit)
			return row, nil
		}
	}
	finest := 2048
	if e.Rule.Cost().Noises > 0 && e.Rule.Memory() < 2 {
		// Impulses cost steps², and weak errors fall slowly enough to be fitted
		// there; those of a long memory, whose grid begins with short steps, later.
		finest = 1024
	}
	errorAt := func(steps int) (float64, error) {
		g, err := orderGrid(p.Process, steps, e.Rule.Memory(), c.Smooth)
		if err != nil {
			return 0, err
		}
		return distance(target, g, divergence.W2)
	}
	holds, note := true, fmt.Sprintf("order within %v, W2 on one point ≤ %v and z ≤ %v required", orderTolerance, pointLimit, float64(monteCarloLimit))
	if e.Order == 0 {
		for _, steps := range []int{1, 5, 50} {
			w2, err := errorAt(steps)
			if err != nil {
				return row, err
			}
			if w2 > pointLimit {
				holds, note = false, fmt.Sprintf("W2 %v in %d steps; ≤ %v required of an exact rule", w2, steps, pointLimit)
			}
		}
	} else {
		order, err := FitOrder(8, finest, 1e-13, errorAt)
		row.Fitted = order.Slope
		if err != nil {
			return row, err
		}
	}

	const steps = 50
	sc := sampler.Config{Process: p.Process, Model: target, Rule: e.Rule, Seed: c.Seed, Workers: c.Workers}
	if sc.Grid, err = sampler.Times(p.Process, sampler.UniformLambda{}, steps, false); err != nil {
		return row, err
	}
	row.NFE = sc.Grid.Evaluations(e.Rule.Cost())
	if row.ExactW2, err = distance(target, sc.Grid, divergence.W2); err != nil {
		return row, err
	}
	if row.ExactKL, err = distance(target, sc.Grid, divergence.KL); err != nil {
		return row, err
	}
	whole := sc
	if whole.Grid, err = sampler.Times(p.Process, sampler.UniformLambda{}, steps, true); err != nil {
		return row, err
	}
	whole.Model = nil
	s, err := ErrorSplit(ctx, whole, target, 0)
	if err != nil {
		return row, err
	}
	row.Split = SplitW2{s.Score.W2, s.Initialisation.W2, s.Discretisation.W2, s.Truncation.W2}
	if c.Samples > 0 {
		if row.MonteCarlo, err = monteCarlo(ctx, sc, c.Samples); err != nil {
			return row, err
		}
	}
	claimed, within := row.Claimed, orderTolerance
	for _, v := range special {
		if v.sampler == e.Name && v.process == p.Name {
			claimed, within, row.Note = v.order, v.within, v.why
		}
	}
	row.Pass = holds && math.Abs(row.Fitted-claimed) <= within && row.PointW2 <= pointLimit && row.MonteCarlo <= monteCarloLimit
	if !row.Pass {
		row.Note = note
	}
	return row, nil
}

// orderGrid crosses levels at which the target is neither all noise nor all
// data, −2 ≤ λ ≤ 0, where fifth order shows before rounding does. Its steps in λ
// grow by a factor 2 on the way, and unless the grid is to be smooth every step
// differs from the next by up to a half: an order that needs equal steps is
// none. The differences follow a sine off the beat of the steps and fade towards
// the end, so that the last step, which multistep rules may make by a lower
// order, shrinks evenly from grid to grid.
//
// A rule of memory 2 or more begins with a step of first order, whose error h²
// would hide its order; for such the steps grow from 0, so that the first is
// of order 1/steps² and errs by 1/steps⁴.
func orderGrid(p sde.Process, steps, memory int, smooth bool) (sampler.Grid, error) {
	times := make([]float64, steps+1)
	for i := range times {
		u := float64(i) / float64(steps)
		if !smooth {
			u += 0.15 * math.Sin(2.4*float64(i)) * (1 - u) / float64(steps)
		}
		v := (2*u + u*u) / 3
		if memory > 1 {
			v = u * u
		}
		times[i] = p.TimeOf(-2 + 2*v)
	}
	return sampler.NewGrid(p, times, false)
}

// monteCarlo draws n samples from the sampler's own prior and returns the
// largest deviation of their moments from the exact law, in standard errors.
// The output of an affine sampler is exactly Gaussian, so that the standard
// errors √(v_i/n) of a mean and √((v_i v_j + c_ij²)/n) of a covariance are
// exact too.
func monteCarlo(ctx context.Context, c sampler.Config, n int) (float64, error) {
	law, err := ExactLaw(ctx, c)
	if err != nil {
		return 0, err
	}
	x := make([]float64, n*c.Model.Dim())
	if _, err := sampler.Sample(ctx, x, c); err != nil {
		return 0, err
	}
	got, err := divergence.Fit(x, c.Model.Dim())
	if err != nil {
		return 0, err
	}
	return momentDeviation(got, law, n), nil
}

func momentDeviation(got, law *divergence.Gaussian, n int) float64 {
	var worst float64
	m, w := got.Mean(nil), law.Mean(nil)
	cov, sampled := law.Cov(), got.Cov()
	for i := range m {
		worst = max(worst, math.Abs(m[i]-w[i])/math.Sqrt(cov.At(i, i)/float64(n)))
		for j := i; j < len(m); j++ {
			se := math.Sqrt((cov.At(i, i)*cov.At(j, j) + cov.At(i, j)*cov.At(i, j)) / float64(n))
			worst = max(worst, math.Abs(sampled.At(i, j)-cov.At(i, j))/se)
		}
	}
	return worst
}
