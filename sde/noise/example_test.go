package noise_test

import (
	"fmt"

	"github.com/ito-sde/ito/sde/noise"
)

// Row 70 is the same whether drawn alone or in a batch.
func ExampleGaussian() {
	batch := make([]float64, 100*2)
	noise.Gaussian{}.Normal(batch, 2, noise.Address{Seed: 1, Use: noise.Sampler})
	alone := make([]float64, 2)
	noise.Gaussian{}.Normal(alone, 2, noise.Address{Seed: 1, Use: noise.Sampler, Row: 70})
	fmt.Println(alone[0] == batch[140], alone[1] == batch[141])
	// Output: true true
}

// A Brownian path can be asked for any time in any order.
func ExampleTree() {
	w, err := noise.NewTree(1, 0, 1, 0, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	var whole, first, second [1]float64
	w.Increment(whole[:], 0, 1)
	w.Increment(second[:], 0.5, 1)
	w.Increment(first[:], 0, 0.5)
	fmt.Printf("%.12f\n", whole[0]-first[0]-second[0])
	// Output: 0.000000000000
}

// An impulse is a random number made visible.
func ExampleImpulse() {
	x := make([]float64, 4)
	noise.Impulse{At: noise.Address{Row: 1}, Coordinate: 0}.Normal(x, 2, noise.Address{})
	fmt.Println(x)
	// Output: [0 0 1 0]
}

// A stream draws uniform numbers for a batch's indices and levels.
func ExampleStream() {
	s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Train})
	u := s.Uniform()
	fmt.Println(u > 0 && u < 1)
	// Output: true
}
