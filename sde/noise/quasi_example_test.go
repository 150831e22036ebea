package noise_test

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// The mean of the largest of 16 values of a Brownian path, by quasi-random and by
// random paths; the spread between seeds is the error.
func ExampleBridged() {
	const steps, rows, seeds = 16, 1024, 16
	spread := func(source noise.Source) float64 {
		z, w, top := make([]float64, rows), make([]float64, rows), make([]float64, rows)
		sum, square := 0.0, 0.0
		for seed := range uint64(seeds) {
			clear(w)
			clear(top)
			for k := range uint64(steps) {
				source.Normal(z, 1, noise.Address{Seed: seed, Use: noise.Path, Step: k})
				for i, v := range z {
					w[i] += v / math.Sqrt(steps)
					top[i] = max(top[i], w[i])
				}
			}
			mean := 0.0
			for _, v := range top {
				mean += v / rows
			}
			sum, square = sum+mean/seeds, square+mean*mean/seeds
		}
		return math.Sqrt(square - sum*sum)
	}
	quasi := noise.Bridged{Source: noise.Sobol{Steps: steps}, Steps: steps}
	fmt.Println("less than a fifth of the error:", spread(quasi) < spread(noise.Gaussian{})/5)
	// Output: less than a fifth of the error: true
}

// The mean of z² over 8 matched rows is exact.
func ExampleMatched() {
	z := make([]float64, 8)
	noise.Matched{Source: noise.Gaussian{}, Rows: 8}.Normal(z, 1, noise.Address{Seed: 1, Use: noise.Path})
	sum := 0.0
	for _, v := range z {
		sum += v * v
	}
	fmt.Printf("%.12f\n", sum/8)
	// Output: 1.000000000000
}
