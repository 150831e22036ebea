package noise_test

import (
	"fmt"
	"math"

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

// A step x = 2 + 3z is N(2, 9): its mean without noise, its standard deviation by
// an impulse.
func ExampleImpulse() {
	step := func(source noise.Source) float64 {
		var z [1]float64
		source.Normal(z[:], 1, noise.Address{Use: noise.Sampler, Row: 4})
		return 2 + 3*z[0]
	}
	mean := step(noise.Zero{})
	impulse := noise.Impulse{At: noise.Address{Use: noise.Sampler, Row: 4}}
	fmt.Println(mean, step(impulse)-mean)
	// Output: 2 3
}

// Without noise.
func ExampleZero() {
	z := []float64{1, 2}
	noise.Zero{}.Normal(z, 2, noise.Address{})
	fmt.Println(z)
	// Output: [0 0]
}

// Of a diagonal matrix, every probe of signs gives the trace, 1 + 2 + 3.
func ExampleSigns() {
	v := make([]float64, 3)
	noise.Signs{}.Normal(v, 3, noise.Address{Use: noise.Probe})
	fmt.Println(1*v[0]*v[0] + 2*v[1]*v[1] + 3*v[2]*v[2])
	// Output: 6
}

// Pairs of rows cancel: the mean of 100 rows is 0.
func ExampleAntithetic() {
	z := make([]float64, 100)
	noise.Antithetic{Source: noise.Gaussian{}}.Normal(z, 1, noise.Address{Use: noise.Sampler})
	var sum float64
	for k := 0; k < len(z); k += 2 {
		sum += z[k] + z[k+1]
	}
	fmt.Println(sum)
	// Output: 0
}

// A refined step sees the coarse step's path.
func ExampleGrid() {
	g, err := noise.NewGrid(noise.Gaussian{}, noise.Address{Use: noise.Path}, 0.1, 1, 1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var whole, left, right [1]float64
	g.Increment(whole[:], 0, 7)
	g.Increment(left[:], 1, 14)
	g.Increment(right[:], 1, 15)
	fmt.Printf("%.12f\n", whole[0]-left[0]-right[0])
	// Output: 0.000000000000
}

// A stream draws uniform numbers for a batch's indices and levels.
func ExampleStream() {
	s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Train})
	batch := make([]int, 4)
	for i := range batch {
		batch[i] = s.Index(100)
	}
	u := s.Uniform()
	fmt.Println(batch, u > 0 && u < 1)
	// Output: [70 23 25 13] true
}

// A step of length 1 of two coordinates with space–time and Lévy area, and what
// the area is worth given the rest: its conditional mean.
func ExampleDraw() {
	const f = noise.Area
	dw := make([]float64, f.Len(2))
	noise.Draw(noise.Gaussian{}, dw, f, 2, 1, noise.Address{Seed: 1, Use: noise.Path})
	p := f.Parts(dw, 2)
	fmt.Println(len(p.W), len(p.H), len(p.A))
	fmt.Printf("A = %.4f, of which %.4f by ΔW and H\n", p.A[0], p.H[0]*p.W[1]-p.W[0]*p.H[1])
	// Output:
	// 2 2 1
	// A = -0.8789, of which -0.6997 by ΔW and H
}

// Joined halves are the step, with their space–time areas.
func ExamplePathTree() {
	const f = noise.SpaceTime
	b, err := noise.NewPathTree(1, 0, f, 1, 0, 1, 1e-3)
	if err != nil {
		fmt.Println(err)
		return
	}
	var whole, left, right [2]float64
	b.Increment(whole[:], 0, 0.6)
	b.Increment(left[:], 0, 0.25)
	b.Increment(right[:], 0.25, 0.6)
	f.Join(left[:], left[:], right[:], 1, 0.25, 0.35)
	for i, v := range whole {
		fmt.Println(math.Abs(v-left[i]) < 1e-14)
	}
	// Output:
	// true
	// true
}
