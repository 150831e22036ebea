package sample

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Density is a kernel estimate of a density,
//
//	p̂(x) = (1/N) Σ_i N(x; x_i, h² diag(s²))
//
// with a Gaussian kernel whose widths h s_j follow the standard deviations s_j of
// the coordinates. It is immutable and safe for concurrent use.
//
// Rosenblatt (1956); Parzen (1962).
type Density struct {
	dim    int
	scaled []float64 // rows / width
	width  []float64
	log    float64 // of the kernel's height / N
}

// NewDensity returns the estimate from rows of dim numbers. factor is h; 0 is
// Silverman's (4/((dim+2)N))^{1/(dim+4)}, which is right for a normal law and too
// smooth for one of several modes (Silverman, 1986, eq. 4.14).
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 2 rows, ErrNotFinite
// also for a factor that is negative, ErrTies where a coordinate does not vary.
func NewDensity(x []float64, dim int, factor float64) (*Density, error) {
	n, err := rows.Check(x, dim, 2)
	if err != nil {
		return nil, err
	}
	if !(factor >= 0) || math.IsInf(factor, 1) {
		return nil, fmt.Errorf("%w: factor %v of the bandwidth; it must be positive, or 0 for Silverman's", divergence.ErrNotFinite, factor)
	}
	if factor == 0 {
		factor = math.Pow(4/(float64(dim+2)*float64(n)), 1/float64(dim+4))
	}
	d := &Density{dim: dim, scaled: make([]float64, len(x)), width: make([]float64, dim), log: -math.Log(float64(n))}
	column := make([]float64, n)
	for j := range dim {
		for i := range n {
			column[i] = x[i*dim+j]
		}
		d.width[j] = factor * stat.StdDev(column, nil)
		if d.width[j] == 0 {
			return nil, fmt.Errorf("%w: coordinate %d is %v in all of them; leave it out", divergence.ErrTies, j, column[0])
		}
		d.log -= math.Log(d.width[j] * math.Sqrt(2*math.Pi))
	}
	d.scale(d.scaled, x)
	return d, nil
}

func (d *Density) scale(dst, x []float64) {
	for i, v := range x {
		dst[i] = v / d.width[i%d.dim]
	}
}

// Bandwidth copies the widths of the kernel, in the units of the data.
func (d *Density) Bandwidth() []float64 { return append([]float64(nil), d.width...) }

// Log sets dst[i] = ln p̂ at row i of x. With leaveOut, x are the rows that made the
// estimate, and each is left out at its own place: without that an estimate judges
// itself too well. Far outside the sample the logarithm keeps its digits.
//
// It panics where len(x) is not len(dst) rows. Errors: that of ctx.
func (d *Density) Log(ctx context.Context, dst, x []float64, leaveOut bool) error {
	if len(x) != len(dst)*d.dim || leaveOut && len(x) != len(d.scaled) {
		panic("sample: rows of x are not those of dst")
	}
	n := len(d.scaled) / d.dim
	height := d.log
	if leaveOut {
		height += math.Log(float64(n)) - math.Log(float64(n-1))
	}
	type scratch struct{ at, d2 []float64 }
	own := make([]scratch, par.Workers(0, len(dst)))
	for i := range own {
		own[i] = scratch{make([]float64, d.dim), make([]float64, n)}
	}
	return par.For(ctx, 0, len(dst), func(worker, i int) error {
		s := &own[worker]
		d.scale(s.at, x[i*d.dim:(i+1)*d.dim])
		pairs.Squared(s.d2, s.at, d.scaled)
		if leaveOut {
			s.d2[i] = math.Inf(1)
		}
		least := math.Inf(1)
		for _, v := range s.d2 {
			least = min(least, v)
		}
		var sum float64
		for _, v := range s.d2 {
			if e := (least - v) / 2; e > -40 {
				sum += math.Exp(e)
			}
		}
		dst[i] = height - least/2 + math.Log(sum)
		return nil
	})
}

// Smoothed are divergences between the kernel estimates of two laws.
type Smoothed struct {
	KL             statistics.Estimate // in nats
	JensenShannon  statistics.Estimate // in nats, at most ln 2
	TotalVariation statistics.Estimate
}

// Kernel compares the laws of two samples by densities p̂ and q̂ with Silverman's
// bandwidths, each row left out where it is asked about,
//
//	KL ≈ mean_x ln(p̂/q̂),
//	JS ≈ ½ mean_x ln(p̂/r̂) + ½ mean_y ln(q̂/r̂),   r̂ = ½(p̂ + q̂),
//	TV ≈ ½ mean_x (1 − q̂/p̂)₊ + ½ mean_y (1 − p̂/q̂)₊.
//
// The standard errors are those of the influence functions, ln(p/q) at x and −p/q at y
// for KL, the terms themselves for JS, and for TV half the mean sign of ±(p̂ − q̂) under
// the kernel about a row, whose variance is the covariance of the signs at two points
// drawn from it; the bias of
// smoothing comes on top and falls as N^{−4/(dim+4)} at best. Errors as for [NewDensity]; that of ctx.
//
// Joe (1989), "Estimation of entropy and other functionals of a multivariate
// density".
func Kernel(ctx context.Context, x, y []float64, dim int) (Smoothed, error) {
	bad := Smoothed{nothing, nothing, nothing}
	n, m, err := rows.Check2(x, y, dim, 2)
	if err != nil {
		return bad, err
	}
	p, err := NewDensity(x, dim, 0)
	if err != nil {
		return bad, err
	}
	q, err := NewDensity(y, dim, 0)
	if err != nil {
		return bad, err
	}
	ratioX, ratioY := make([]float64, n), make([]float64, m)
	for _, s := range []struct {
		ratio, rows []float64
		own, other  *Density
	}{{ratioX, x, p, q}, {ratioY, y, q, p}} {
		l := make([]float64, len(s.ratio))
		if err := s.own.Log(ctx, s.ratio, s.rows, true); err != nil {
			return bad, err
		}
		if err := s.other.Log(ctx, l, s.rows, false); err != nil {
			return bad, err
		}
		for i, v := range l {
			s.ratio[i] -= v // ln of the own density over the other
		}
	}
	// The signs for TV, at two points of the kernel about each row.
	var signs [2][2][]float64
	for side, s := range []struct {
		rows []float64
		own  *Density
	}{{x, p}, {y, q}} {
		at, l, other := make([]float64, len(s.rows)), make([]float64, len(s.rows)/dim), make([]float64, len(s.rows)/dim)
		for draw := range 2 {
			noise.Gaussian{}.Normal(at, dim, noise.Address{Use: noise.Probe, Step: uint64(side), Stage: uint64(draw)})
			for i, z := range at {
				at[i] = s.rows[i] + z*s.own.width[i%dim]
			}
			if err := p.Log(ctx, l, at, false); err != nil {
				return bad, err
			}
			if err := q.Log(ctx, other, at, false); err != nil {
				return bad, err
			}
			for i, v := range other {
				l[i] = math.Copysign(0.5, l[i]-v)
			}
			signs[side][draw] = append([]float64(nil), l...)
		}
	}
	// The value is a sum of means over both samples, its variance that of the influences.
	of := func(term func(side int, l float64) float64, influence func(side int, l float64) float64) statistics.Estimate {
		var value, variance float64
		for side, r := range [][]float64{ratioX, ratioY} {
			v := make([]float64, len(r))
			for i, l := range r {
				v[i] = influence(side, l)
				value += term(side, l) / float64(len(r))
			}
			variance += stat.Variance(v, nil) / float64(len(v))
		}
		return statistics.Estimate{Value: value, Error: math.Sqrt(variance)}
	}
	tv := of(func(_ int, l float64) float64 { return max(-math.Expm1(-l), 0) / 2 }, func(int, float64) float64 { return 0 })
	var variance float64
	for _, s := range signs {
		variance += max(stat.Covariance(s[0], s[1], nil), 0) / float64(len(s[0]))
	}
	tv.Error = math.Sqrt(variance)
	// ln( p/(½(p+q)) ) = ln 2 − ln(1 + e^{−l}).
	js := func(_ int, l float64) float64 { return (math.Ln2 - softplus(-l)) / 2 }
	return Smoothed{
		KL: of(func(side int, l float64) float64 {
			if side == 1 {
				return 0
			}
			return l
		}, func(side int, l float64) float64 {
			if side == 1 {
				return math.Exp(-l)
			}
			return l
		}),
		JensenShannon:  of(js, js),
		TotalVariation: tv,
	}, nil
}

var nothing = statistics.Estimate{Value: math.NaN(), Error: math.NaN()}

// softplus returns ln(1 + e^x).
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}
