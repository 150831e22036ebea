package score

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// QuantiseConfig says how [Quantise] works. The zero value is a good start.
type QuantiseConfig struct {
	Seed     uint64
	MaxIter  int       // per restart; 0 means 1000
	Restarts int       // number of starts, of which the best is kept; 0 means 1
	Workers  int       // goroutines; 0 means GOMAXPROCS. The result is the same bits for any number
	Weights  []float64 // of rows, as in EMConfig
}

// Codebook is a data set quantised to a few atoms.
type Codebook struct {
	dim        int
	atom       []float64 // k×dim
	weight     []float64
	distortion []float64
	settled    bool
}

// Quantise finds k atoms c_j with a small distortion
//
//	(1/n) Σ_i min_j |x_i − c_j|²
//
// by Lloyd's algorithm from a k-means++ start (Lloyd 1982; Arthur, Vassilvitskii
// 2007): every row goes to its nearest atom, every atom to the mean of its rows, until
// no row changes hands. The distortion never grows. The result is at a minimum that is
// local; of Restarts the best is kept. It is the encoder of vector quantisation (van den
// Oord, Vinyals, Kavukcuoglu 2017, eqs. 1 and 2) without a network, and EM for a
// mixture of equal isotropic components whose variance tends to 0.
//
// An atom without a row, where there are fewer different rows than atoms, has weight 0.
//
// Errors: [ErrDimension], [ErrNotFinite], [ErrSamples] if there are fewer rows than
// atoms or k < 1, [ErrConfig], [ErrWeights]; that of ctx.
func Quantise(ctx context.Context, x []float64, dim, k int, cfg QuantiseConfig) (*Codebook, error) {
	if err := checkRows(x, dim); err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	n := len(x) / dim
	if k < 1 || k > n {
		return nil, fmt.Errorf("%w: %d rows for %d atoms; want 1 to as many atoms as rows", ErrSamples, n, k)
	}
	if cfg.MaxIter < 0 || cfg.Restarts < 0 {
		return nil, fmt.Errorf("%w: iterations %d, restarts %d; none may be negative", ErrConfig, cfg.MaxIter, cfg.Restarts)
	}
	if err := checkRowWeights(cfg.Weights, n); err != nil {
		return nil, err
	}
	if cfg.MaxIter == 0 {
		cfg.MaxIter = 1000
	}
	f := newEMFit(x, dim, k, EMConfig{Seed: cfg.Seed, Workers: cfg.Workers, Weights: cfg.Weights})
	var best clusters
	for restart := range max(1, cfg.Restarts) {
		c, err := f.lloyd(ctx, restart, cfg.MaxIter)
		if err != nil {
			return nil, err
		}
		if best.owner == nil || c.distances[len(c.distances)-1] < best.distances[len(best.distances)-1] {
			best = c
		}
	}
	b := &Codebook{dim: dim, atom: best.centre, weight: make([]float64, k), distortion: best.distances, settled: best.settled}
	for i, j := range best.owner {
		b.weight[j] += f.weight[i] / f.total
	}
	for j := range k {
		floats.Add(b.atom[j*dim:][:dim], f.centre)
	}
	return b, nil
}

// Len returns the number of atoms.
func (b *Codebook) Len() int { return len(b.weight) }

// Atoms copies the atoms, rows of dim numbers.
func (b *Codebook) Atoms() []float64 { return append([]float64(nil), b.atom...) }

// Weights copies the shares of the data that the atoms stand for, which add up to 1.
func (b *Codebook) Weights() []float64 { return append([]float64(nil), b.weight...) }

// Distortion returns the mean squared distance of the data to its atoms, before every
// iteration and at the end, and whether the iteration had come to rest.
func (b *Codebook) Distortion() (history []float64, settled bool) {
	return append([]float64(nil), b.distortion...), b.settled
}

// Encode sets dst[i] to the number of the atom nearest to row i of x, the first of
// several equally near. It panics unless x is len(dst) rows.
func (b *Codebook) Encode(dst []int, x []float64) {
	if len(x) != len(dst)*b.dim {
		panic(fmt.Sprintf("score: %d numbers are not %d rows of %d", len(x), len(dst), b.dim))
	}
	for i := range dst {
		least := math.Inf(1)
		for j := range b.weight {
			if d := floats.Distance(x[i*b.dim:][:b.dim], b.atom[j*b.dim:][:b.dim], 2); d < least {
				dst[i], least = j, d
			}
		}
	}
}

// Decode sets the rows of dst to the atoms with the numbers in codes. It panics unless
// dst is len(codes) rows, or for a number that is no atom's.
func (b *Codebook) Decode(dst []float64, codes []int) {
	if len(dst) != len(codes)*b.dim {
		panic(fmt.Sprintf("score: %d numbers are not %d rows of %d", len(dst), len(codes), b.dim))
	}
	for i, j := range codes {
		copy(dst[i*b.dim:][:b.dim], b.atom[j*b.dim:][:b.dim])
	}
}

// Model returns the exact model of the quantised data: a [Mixture] of the atoms with
// their weights, whose samples are atoms. With as many atoms as rows it is the
// [Empirical] model.
func (b *Codebook) Model() (*Mixture, error) {
	parts := make([]*Gaussian, len(b.weight))
	for j := range parts {
		var err error
		if parts[j], err = NewIsotropic(b.atom[j*b.dim:][:b.dim], 0); err != nil {
			return nil, err
		}
	}
	return NewMixture(b.weight, parts)
}
