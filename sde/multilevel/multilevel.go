// Package multilevel estimates expectations by multilevel Monte Carlo: most
// samples on coarse grids, few on fine ones, joined by the telescoping sum
//
//	E P_L = E P_0 + Σ_{l=1..L} E (P_l − P_{l−1}),
//
// whose corrections come from coarse and fine paths of the same noise: random or, by
// Config.Randomisations, randomised quasi-random. Levels and samples are chosen for a
// root mean square error. Every figure has its standard error.
//
// Giles (2008), "Multilevel Monte Carlo path simulation"; Giles (2015),
// "Multilevel Monte Carlo methods", Acta Numerica 24, algorithm 1; Giles, Waterhouse
// (2009), "Multilevel quasi-Monte Carlo path simulation".
package multilevel

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/sde/statistics"
)

// Sampler draws the corrections of a problem. Its results must be a function of
// (level, first, n) alone. Paths is the one for stochastic differential equations.
type Sampler interface {
	// Sample returns the moments, to order 4, of rows of two numbers for the
	// samples first to first+n−1 of a level: one of mean E (P_l − P_{l−1}), with
	// P_{−1} = 0, and P_l.
	Sample(ctx context.Context, level int, first, n uint64) (*statistics.Moments, error)
	// Cost is the work of a sample of a level, in any unit, and of one of P_l alone.
	Cost(level int) (correction, plain float64)
}

// Quasi is a Sampler that also has points of randomised quasi-random sequences, as
// many as wanted that are independent of each other.
type Quasi interface {
	Sampler
	// Points adds rows as Sample's for the points first to first+n−1 of sequence r
	// of a level to into[r], for every r. What it adds must be a function of
	// (level, r, first, n), and each point have the law of a sample.
	Points(ctx context.Context, into []*statistics.Moments, level int, first, n uint64) error
}

// Config says what Estimate is to reach.
type Config struct {
	// RMSE is the root mean square error to reach, which must be given.
	RMSE float64
	// BiasShare is the part of RMSE² left to the bias of the finest level; 0
	// means 0.02, with which a bias as large as allowed takes 95% intervals of
	// the statistical error alone to no less than 94.7%.
	BiasShare float64
	// MinLevel is the first finest level, at least 2; 0 means 2. MaxLevel bounds
	// it; 0 means 20.
	MinLevel, MaxLevel int
	// Pilot is the number of samples of a new level, and the least of any; 0
	// means 1024. With Randomisations it is that of points of each, a power of
	// two; 0 means 16.
	Pilot uint64
	// Randomisations is the number R, at least 8, of independent randomisations of
	// quasi-random points on each level, for a Sampler that is Quasi; 0 means
	// independent samples. Estimates are means over R sets of one size,
	//
	//	Y_l = (1/R) Σ_r Ȳ_lr,   s_l² = Σ_r (Ȳ_lr − Y_l)²/(R (R−1)),
	//
	// and the size is doubled on the level of the largest s_l² per work until
	// Σ s_l² is small enough. Levels whose s_l chance makes small are not doubled, so
	// that errors are larger than they seem, by 20% with R = 16 and 2% with 32 on the
	// seven levels of a Heston call, and hardly on three levels. Work for the same
	// error rises as √R.
	Randomisations int
	// Extrapolate, if it is not 0, takes off the leading term of the bias, of the
	// order Weak that must then be given, and is the order of what is left, above
	// Weak: by Richardson,
	//
	//	E P ≈ E P_L + E (P_L − P_{L−1})/(2^α − 1).
	//
	// Methods have α + 1, symmetric ones α + 2. Giles (2008), section 4.3.
	Extrapolate float64
	// Weak is the weak order α, |E (P_l − P_{l−1})| ~ 2^{−αl}, and Variance the
	// order β of V_l ~ 2^{−βl}; 0 means to estimate them, at least ½ each.
	Weak, Variance float64
	// Progress, if it is not nil, is told the levels after each round of samples.
	// Its error ends the estimate.
	Progress func([]Level) error
}

// Level is what is known of a level.
type Level struct {
	Level      int
	Samples    uint64
	Correction statistics.Estimate // E (P_l − P_{l−1})
	Variance   statistics.Estimate // of P_l − P_{l−1}
	Value      statistics.Estimate // E P_l by this level's samples alone
	Spread     statistics.Estimate // the variance of P_l
	Kurtosis   float64             // of the correction; a large one makes Variance's error a guess
	Cost       float64             // of a sample
	// Consistency is |E_l P_l − E_l (P_l − P_{l−1}) − E_{l−1} P_{l−1}| in units of
	// its standard error: normal if coarse and fine paths have one law per level.
	Consistency float64
}

// Result is an estimate and what it rests on.
type Result struct {
	// Estimate is the value and its statistical standard error.
	Estimate statistics.Estimate
	// Freedom is the number of degrees of freedom of the error: for independent
	// samples that of Welch and Satterthwaite, (Σ s_l²)²/Σ (s_l⁴/(N_l − 1)); for R
	// randomisations R − 1, the least that theirs can be, because where to stop was
	// decided by the same s_l.
	Freedom float64
	// Bias is the estimated size of E P − E P_L, or of what extrapolation leaves of
	// it, at most √BiasShare·RMSE.
	Bias   float64
	Levels []Level
	// Weak and Variance are the orders α and β, given or fitted over levels ≥ 1.
	Weak, Variance statistics.Estimate
	// Work is Σ N_l C_l. Plain is that of plain Monte Carlo on the finest level
	// to the same statistical error, Var P_L/Error² samples of P_L alone.
	Work, Plain float64
}

// RMSE returns √(Error² + Bias²).
func (r Result) RMSE() float64 { return math.Hypot(r.Estimate.Error, r.Bias) }

// Interval returns the ends of the confidence interval of a level, for example 0.95,
// by Student's law with Freedom degrees of freedom. Bias is not in it.
func (r Result) Interval(level float64) (lo, hi float64) {
	if r.Freedom > 1e6 { // Student's law is normal to 1/Freedom
		return r.Estimate.Interval(level)
	}
	half := r.Estimate.Error * distuv.StudentsT{Sigma: 1, Nu: r.Freedom}.Quantile(0.5+0.5*level)
	return r.Estimate.Value - half, r.Estimate.Value + half
}

// Errors of the package.
var (
	// ErrConfig is wrapped by the errors about a Config or Paths.
	ErrConfig = errors.New("multilevel: configuration")
	// ErrBias is wrapped where the finest level allowed is too coarse.
	ErrBias = errors.New("multilevel: finest level too coarse")
)

func (c *Config) validate() error {
	if !(c.RMSE > 0) || math.IsInf(c.RMSE, 1) {
		return fmt.Errorf("%w: RMSE %v; want a finite positive number", ErrConfig, c.RMSE)
	}
	if c.BiasShare == 0 {
		c.BiasShare = 0.02
	}
	if c.MinLevel == 0 {
		c.MinLevel = 2
	}
	if c.MaxLevel == 0 {
		c.MaxLevel = max(20, c.MinLevel)
	}
	least := uint64(16)
	if c.Randomisations != 0 {
		least = 1
	}
	if c.Pilot == 0 {
		c.Pilot = 1024
		if c.Randomisations != 0 {
			c.Pilot = 16
		}
	}
	switch {
	case !(c.BiasShare > 0 && c.BiasShare < 1):
		return fmt.Errorf("%w: BiasShare %v; want a number between 0 and 1", ErrConfig, c.BiasShare)
	case c.MinLevel < 2 || c.MaxLevel < c.MinLevel || c.MaxLevel > 60:
		return fmt.Errorf("%w: levels from %d to %d; want 2 ≤ MinLevel ≤ MaxLevel ≤ 60", ErrConfig, c.MinLevel, c.MaxLevel)
	case c.Pilot < least:
		return fmt.Errorf("%w: Pilot %d; want at least %d", ErrConfig, c.Pilot, least)
	case c.Randomisations != 0 && (c.Randomisations < 8 || c.Randomisations > maxRandomisations):
		return fmt.Errorf("%w: Randomisations %d; want 8 to %d, or 0 for independent samples", ErrConfig, c.Randomisations, maxRandomisations)
	case c.Randomisations != 0 && c.Pilot&(c.Pilot-1) != 0:
		return fmt.Errorf("%w: Pilot %d; want a power of two points, for they are spread evenly", ErrConfig, c.Pilot)
	case c.Extrapolate != 0 && !(c.Weak > 0 && c.Extrapolate > c.Weak && c.Extrapolate <= 100):
		return fmt.Errorf("%w: Extrapolate to order %v from Weak %v; want a higher order than a given Weak", ErrConfig, c.Extrapolate, c.Weak)
	case !(c.Weak >= 0) || !(c.Variance >= 0):
		return fmt.Errorf("%w: orders %v and %v; want positive ones, or 0 to estimate them", ErrConfig, c.Weak, c.Variance)
	}
	return nil
}

// Estimate estimates E P to the root mean square error of c. Samples are spread
// over levels as
//
//	N_l = √(V_l/C_l) Σ_k √(V_k C_k) / ((1−share) RMSE²),
//
// which is least work for the variance Σ V_l/N_l (points are doubled until theirs is
// at most (1−share) RMSE²), and a level is added as long as the bias of the finest one
// may exceed √share RMSE: with c fitted to the last five corrections c 2^{−αl}, that
// is |c| 2^{−αL}/(2^α − 1) and its standard error. The bits of the result depend on s
// and c alone.
//
// Errors: ErrConfig; ErrBias, with the result as far as it has come; those of s,
// Progress and ctx, likewise.
func Estimate(ctx context.Context, s Sampler, c Config) (Result, error) {
	if err := c.validate(); err != nil {
		return Result{}, err
	}
	e := &estimator{Config: c, s: s}
	if c.Randomisations != 0 {
		q, ok := s.(Quasi)
		if !ok {
			return Result{}, fmt.Errorf("%w: Randomisations of a %T, which has no Points", ErrConfig, s)
		}
		e.quasi = q
	}
	for range c.MinLevel + 1 {
		e.addLevel()
	}
	for {
		// New samples change the variances, and so the samples: a few rounds.
		for e.wants() {
			if err := e.sample(ctx); err != nil {
				return e.result(), err
			}
		}
		if e.bias() <= math.Sqrt(c.BiasShare)*c.RMSE {
			return e.result(), nil
		}
		if len(e.levels) > c.MaxLevel {
			return e.result(), fmt.Errorf("%w: a bias of %.2g at level %d, for an RMSE of %v; allow more levels or a larger RMSE",
				ErrBias, e.bias(), c.MaxLevel, c.RMSE)
		}
		e.addLevel()
	}
}
