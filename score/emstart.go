package score

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/noise"
)

// lloydIterations polish the start; EM does the rest.
const lloydIterations = 10

// start returns the moments of the clusters of k-means from k-means++ centres.
func (f *emFit) start(ctx context.Context, restart int) (emState, error) {
	c, err := f.lloyd(ctx, restart, lloydIterations)
	if err != nil {
		return emState{}, err
	}
	clear(f.resp)
	for i, k := range c.owner {
		f.resp[i*f.k+k] = f.weight[i]
	}
	// A centre without rows, where there are fewer different rows than centres,
	// stays as it is with weight 0.
	empty := emState{mean: c.centre, cov: make([][]float64, f.k)}
	for k := range empty.cov {
		empty.cov[k] = make([]float64, f.dim*f.dim)
		for j := range f.dim {
			empty.cov[k][j*f.dim+j] = f.ridge
		}
	}
	return f.maximise(ctx, empty)
}

// clusters is what k-means has come to.
type clusters struct {
	centre    []float64 // k×dim
	owner     []int     // of each row, the nearest centre
	distances []float64 // the mean squared distance to it, before each iteration and at the end
	settled   bool      // no row changes hands any more
}

// lloyd runs k-means from k-means++ centres.
func (f *emFit) lloyd(ctx context.Context, restart, iterations int) (clusters, error) {
	stream := noise.NewStream(noise.Address{Seed: f.cfg.Seed, Use: noise.Init, Step: uint64(restart)})
	c := clusters{centre: f.seeds(&stream), owner: make([]int, f.n)}
	for i := range c.owner {
		c.owner[i] = -1
	}
	for {
		moved, err := f.assign(ctx, c.owner, c.centre)
		if err != nil {
			return c, err
		}
		c.distances = append(c.distances, f.distortion(c))
		if c.settled = !moved; c.settled || len(c.distances) > iterations {
			return c, nil
		}
		f.average(c.centre, c.owner)
	}
}

// distortion is the mean squared distance of rows to their owners.
func (f *emFit) distortion(c clusters) float64 {
	var sum float64
	for i, k := range c.owner {
		d := floats.Distance(f.x[i*f.dim:][:f.dim], c.centre[k*f.dim:][:f.dim], 2)
		sum += f.weight[i] * d * d
	}
	return sum / f.total
}

// seeds draws k rows, each with probability proportional to its weight times its
// squared distance to those drawn before (Arthur, Vassilvitskii 2007, section 2.2).
func (f *emFit) seeds(stream *noise.Stream) []float64 {
	centres := make([]float64, 0, f.k*f.dim)
	nearest := make([]float64, f.n) // squared distance
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	cumulative := make([]float64, f.n)
	chosen := stream.Index(f.n)
	if f.cfg.Weights != nil {
		chosen = pick(floats.CumSum(cumulative, f.weight), stream.Uniform())
	}
	for {
		centre := f.x[chosen*f.dim:][:f.dim]
		centres = append(centres, centre...)
		if len(centres) == cap(centres) {
			return centres
		}
		for i := range nearest {
			d := floats.Distance(f.x[i*f.dim:][:f.dim], centre, 2)
			nearest[i] = min(nearest[i], d*d)
		}
		floats.MulTo(cumulative, f.weight, nearest)
		floats.CumSum(cumulative, cumulative)
		if cumulative[f.n-1] == 0 { // every row is a centre already
			chosen = stream.Index(f.n)
			continue
		}
		chosen = pick(cumulative, stream.Uniform())
	}
}

// assign sets every row's owner to the nearest centre, and says whether any row
// changed hands.
func (f *emFit) assign(ctx context.Context, owner []int, centres []float64) (moved bool, err error) {
	changes := make([]int, f.tiles())
	err = par.For(ctx, f.cfg.Workers, f.tiles(), func(_, tile int) error {
		for i := tile * emTile; i < min(f.n, (tile+1)*emTile); i++ {
			best, least := 0, math.Inf(1)
			for k := range f.k {
				if d := floats.Distance(f.x[i*f.dim:][:f.dim], centres[k*f.dim:][:f.dim], 2); d < least {
					best, least = k, d
				}
			}
			if owner[i] != best {
				owner[i] = best
				changes[tile]++
			}
		}
		return nil
	})
	for _, c := range changes {
		moved = moved || c > 0
	}
	return moved, err
}

// average moves every centre to the mean of its rows, if it has any.
func (f *emFit) average(centres []float64, owner []int) {
	sum, count := make([]float64, len(centres)), make([]float64, f.k)
	for i, k := range owner {
		floats.AddScaled(sum[k*f.dim:][:f.dim], f.weight[i], f.x[i*f.dim:][:f.dim])
		count[k] += f.weight[i]
	}
	for k, c := range count {
		if c > 0 {
			floats.ScaleTo(centres[k*f.dim:][:f.dim], 1/c, sum[k*f.dim:][:f.dim])
		}
	}
}
