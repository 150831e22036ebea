package score

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/par"
)

// EMConfig says how [FitMixture] works. The zero value is a good start.
type EMConfig struct {
	Seed     uint64
	MaxIter  int     // per restart; 0 means 200
	Tol      float64 // end when the objective per row gains less; 0 means 1e-5
	Floor    float64 // ridge, as a fraction of the mean variance of a column of the data; 0 means 1e-4
	Restarts int     // number of starts, of which the best is kept; 0 means 1
	Workers  int     // goroutines; 0 means GOMAXPROCS. The result is the same bits for any number
	Observer func(EMProgress)
	// Weights are of the rows, one each and none negative: a row of weight 2 counts as
	// two equal rows, and "per row" means per unit of weight. nil means 1 each.
	Weights []float64
}

// EMProgress is what an observer sees after each iteration.
type EMProgress struct {
	Restart, Iter int
	LogLikelihood float64 // per row, in nats
	Objective     float64 // per row, what never decreases; see FitMixture
}

// EMReport is the account of a fit.
type EMReport struct {
	LogLikelihood float64 // per row, of the mixture returned
	Objective     float64 // per row
	Ridge         float64 // the ridge in units of the data
	Restart       int     // which one was kept
	Iter          int     // its iterations
	Converged     bool    // whether it ended by Tol rather than MaxIter
}

// FitMixture fits a mixture of k Gaussians with full covariances to the rows of x
// by expectation–maximisation (Dempster, Laird, Rubin 1977; Bishop 2006,
// section 9.2.2) from a k-means++ start (Arthur, Vassilvitskii 2007).
//
// Every covariance is the maximum-likelihood one plus ridge·I, ridge being Floor
// times the mean variance of a column, or Floor itself if all rows are equal. So
// no component collapses on a row, and duplicate rows or constant columns do no
// harm. It is the step that maximises the expectation of the likelihood less the
// penalty ½ ridge Σ_k n_k tr Σ_k⁻¹, n_k = Σ_i r_ik: the climbed objective
//
//	Σ_i ln Σ_k w_k N(x_i; μ_k, Σ_k) exp(−½ ridge tr Σ_k⁻¹)
//
// never decreases, with the log-likelihood following it to within the ridge. A
// component left with less than 10⁻⁶ rows of weight keeps its place and shape.
//
// The responsibilities are computed in tiles of rows over several goroutines and
// added up in the order of the tiles: the fit is a function of the data and the
// configuration, but not of the number of workers. It takes n·k·dim² operations
// an iteration for the responsibilities and n·dim² to n·k·dim² for the moments.
//
// If ctx ends, the best mixture so far comes back with the context's error, or
// nil if there is none yet. Other errors: [ErrDimension], [ErrNotFinite],
// [ErrSamples] if there are fewer rows than components or k < 1, [ErrConfig],
// [ErrWeights],
// [ErrIndefinite] if a covariance is singular beyond the ridge.
func FitMixture(ctx context.Context, x []float64, dim, k int, cfg EMConfig) (*Mixture, EMReport, error) {
	if err := checkRows(x, dim); err != nil {
		return nil, EMReport{}, fmt.Errorf("data set: %w", err)
	}
	n := len(x) / dim
	if k < 1 || k > n {
		return nil, EMReport{}, fmt.Errorf("%w: %d rows for %d components; want 1 to as many components as rows", ErrSamples, n, k)
	}
	if cfg.MaxIter < 0 || !(cfg.Tol >= 0) || !(cfg.Floor >= 0) || math.IsInf(cfg.Floor, 1) || cfg.Restarts < 0 {
		return nil, EMReport{}, fmt.Errorf("%w: iterations %d, tolerance %v, floor %v, restarts %d; none may be negative or not finite", ErrConfig, cfg.MaxIter, cfg.Tol, cfg.Floor, cfg.Restarts)
	}
	if err := checkRowWeights(cfg.Weights, n); err != nil {
		return nil, EMReport{}, err
	}
	cfg = cfg.withDefaults()
	f := newEMFit(x, dim, k, cfg)
	var best emState
	report := EMReport{Ridge: f.ridge, Objective: math.Inf(-1)}
	var err error
	for restart := range cfg.Restarts {
		var s emState
		var r EMReport
		if s, r, err = f.climb(ctx, restart); s.weight != nil && r.Objective > report.Objective {
			best, report = s, r
		}
		if err != nil {
			break
		}
	}
	if best.weight == nil {
		return nil, report, err
	}
	m, buildErr := f.mixture(best)
	if err == nil {
		err = buildErr
	}
	return m, report, err
}

func (c EMConfig) withDefaults() EMConfig {
	if c.MaxIter == 0 {
		c.MaxIter = 200
	}
	if c.Tol == 0 {
		c.Tol = 1e-5
	}
	if c.Floor == 0 {
		c.Floor = 1e-4
	}
	if c.Restarts == 0 {
		c.Restarts = 1
	}
	return c
}

// checkRowWeights accepts nil or n finite weights ≥ 0 with a positive sum.
func checkRowWeights(weights []float64, n int) error {
	if weights == nil {
		return nil
	}
	if len(weights) != n {
		return fmt.Errorf("%w: %d weights for %d rows", ErrWeights, len(weights), n)
	}
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("%w: weight %v of row %d; it must be finite and not negative", ErrWeights, w, i)
		}
	}
	if sum := floats.Sum(weights); !(sum > 0) || math.IsInf(sum, 1) {
		return fmt.Errorf("%w: weights of rows add up to %v", ErrWeights, sum)
	}
	return nil
}

// climb runs one restart.
func (f *emFit) climb(ctx context.Context, restart int) (best emState, r EMReport, err error) {
	s, err := f.start(ctx, restart)
	if err != nil {
		return emState{}, EMReport{}, err
	}
	r = EMReport{Ridge: f.ridge, Restart: restart, Objective: math.Inf(-1)}
	for r.Iter = 0; ; r.Iter++ {
		objective, likelihood, err := f.expect(ctx, s)
		if err != nil {
			return best, r, err
		}
		gain := objective - r.Objective
		best, r.Objective, r.LogLikelihood = s, objective, likelihood
		if f.cfg.Observer != nil {
			f.cfg.Observer(EMProgress{Restart: restart, Iter: r.Iter, LogLikelihood: likelihood, Objective: objective})
		}
		if gain < f.cfg.Tol {
			r.Converged = true
			return best, r, nil
		}
		if r.Iter == f.cfg.MaxIter {
			return best, r, nil
		}
		if s, err = f.maximise(ctx, s); err != nil {
			return best, r, err
		}
	}
}

// mixture builds the model of a state, shifted back to the data's place.
func (f *emFit) mixture(s emState) (*Mixture, error) {
	parts := make([]*Gaussian, f.k)
	err := par.For(context.Background(), f.cfg.Workers, f.k, func(_, k int) error {
		mean := append([]float64(nil), s.mean[k*f.dim:][:f.dim]...)
		floats.Add(mean, f.centre)
		var err error
		parts[k], err = NewGaussian(mean, mat.NewSymDense(f.dim, append([]float64(nil), s.cov[k]...)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return NewMixture(s.weight, parts)
}
