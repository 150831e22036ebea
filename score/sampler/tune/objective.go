package tune

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
)

// Objective measures a sampler.
type Objective interface {
	// Error returns how far the output of c is from where it should be: ≥ 0, and
	// of the first order in the sampler's error, as a distance is. It is a
	// function of c alone, and safe for concurrent calls. c.Model is the
	// objective's own.
	Error(ctx context.Context, c sampler.Config) (float64, error)
}

// Measure is a distance between laws.
type Measure int

// The measures of a Surrogate.
const (
	W2 Measure = iota // in the data's units
	KL                // the square root of KL(output ‖ data), which is a distance near 0, in nats^½
)

// Surrogate is the exact error of a sampler on the Gaussian with the data's mean
// and spectrum, from the sampler's own prior: initialisation, discretisation and
// truncation together, without Monte Carlo.
//
// Blur is a variance added to both laws before a KL is taken: data with constant
// columns has KL = +Inf to anything else.
type Surrogate struct {
	Data    exact.Spectrum
	Measure Measure
	Blur    float64
}

var _ Objective = Surrogate{}

// NewSurrogate returns the objective of W2 on a Gaussian.
func NewSurrogate(data *divergence.Gaussian) (Surrogate, error) {
	s, err := exact.SpectrumOf(data)
	return Surrogate{Data: s}, err
}

// Error returns W2 or √KL.
func (s Surrogate) Error(ctx context.Context, c sampler.Config) (float64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	law, err := s.Data.Law(ctx, c, nil)
	if err != nil {
		return 0, err
	}
	if s.Measure == KL {
		return math.Sqrt(max(0, law.Blur(s.Blur).KL(s.Data.Blur(s.Blur)))), nil
	}
	return math.Sqrt(law.W2Squared(s.Data)), nil
}

func (s Surrogate) check() error {
	n := len(s.Data.Mean)
	if n == 0 || len(s.Data.Var) != n {
		return fmt.Errorf("%w: a spectrum of %d means and %d variances; want as many, at least one", ErrConfig, n, len(s.Data.Var))
	}
	if !(s.Blur >= 0) || math.IsInf(s.Blur, 1) {
		return fmt.Errorf("%w: Surrogate.Blur = %v; want it finite and not negative", ErrConfig, s.Blur)
	}
	for i, v := range s.Data.Var {
		switch m := s.Data.Mean[i]; {
		case !(v >= 0) || math.IsInf(v, 1) || m-m != 0:
			return fmt.Errorf("%w: direction %d of the spectrum has mean %v and variance %v; want them finite, and no negative variance", ErrConfig, i, m, v)
		case s.Measure == KL && v+s.Blur == 0:
			return fmt.Errorf("%w: direction %d has no variance, so that every KL is infinite; set Surrogate.Blur", ErrConfig, i)
		}
	}
	if s.Measure != W2 && s.Measure != KL {
		return fmt.Errorf("%w: no measure %d", ErrConfig, s.Measure)
	}
	return nil
}
