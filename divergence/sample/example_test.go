package sample_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence/sample"
	"github.com/ito-sde/ito/sde/noise"
)

var ctx = context.Background()

func normals(n int, row uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, 1, noise.Address{Seed: 1, Use: noise.Test, Row: row << 20})
	return x
}

// 2 E|X − Y| − E|X − X'| − E|Y − Y'| = 2·3 − 1 − 1.
func ExampleEnergy() {
	e, err := sample.Energy(ctx, []float64{0, 1}, []float64{3, 4}, 1, sample.Config{})
	fmt.Println(e.Value, err)
	// Output: 4 <nil>
}

// Two samples of one law, and two that are not.
func ExampleMMD() {
	x, y := normals(200, 0), normals(200, 1)
	one, err := sample.MMD(ctx, x, y, 1, 0, sample.Config{Permutations: 99})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range y {
		y[i]++
	}
	two, err := sample.MMD(ctx, x, y, 1, 0, sample.Config{Permutations: 99})
	fmt.Println(one.P > 0.05, two.P, err)
	// Output: true 0.01 <nil>
}

// ½ ln 2πe = 1.419 nats.
func ExampleEntropy() {
	h, err := sample.Entropy(ctx, normals(5000, 0), 1, 4, sample.Config{})
	fmt.Println(math.Abs(h.Value-1.4189) < 4*h.Error, err)
	// Output: true <nil>
}

// KL( N(0, 1) ‖ N(1, 1) ) = ½.
func ExampleKL() {
	y := normals(5000, 1)
	for i := range y {
		y[i]++
	}
	kl, err := sample.KL(ctx, normals(5000, 0), y, 1, 4, sample.Config{})
	fmt.Println(math.Abs(kl.Value-0.5) < 4*kl.Error, err)
	// Output: true <nil>
}

// y = x + z: correlation 1/√2, half of ln 2.
func ExampleMutualInformation() {
	x, y := normals(4000, 0), normals(4000, 1)
	for i, v := range x {
		y[i] += v
	}
	mi, err := sample.MutualInformation(ctx, x, 1, y, 1, 4, sample.Config{})
	fmt.Println(math.Abs(mi.Value-math.Ln2/2) < 4*mi.Error, err)
	// Output: true <nil>
}

func ExampleCounts() {
	b, err := sample.Counts([]float64{3, 1}, []float64{1, 3})
	fmt.Println(b.TotalVariation.Value, err)
	// Output: 0.5 <nil>
}

func ExampleHistogram() {
	b, err := sample.Histogram(ctx, []float64{0, 1, 2, 3}, []float64{2, 3, 4, 5}, 1, 6, sample.Config{})
	fmt.Println(b.TotalVariation.Value, err)
	// Output: 0.5 <nil>
}

// Two kernels of width √2 at ±1, halfway between them: e^{−¼}/√(4π).
func ExampleDensity() {
	d, err := sample.NewDensity([]float64{-1, 1}, 1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := make([]float64, 1)
	err = d.Log(ctx, log, []float64{0}, false)
	fmt.Printf("%.4f %.4f %v\n", math.Exp(log[0]), math.Exp(-0.25)/math.Sqrt(4*math.Pi), err)
	// Output: 0.2197 0.2197 <nil>
}

// Laws far apart: the total variation is 1.
func ExampleKernel() {
	x, y := normals(100, 0), normals(100, 1)
	for i := range y {
		y[i] += 100
	}
	s, err := sample.Kernel(ctx, x, y, 1)
	fmt.Printf("%.3f %.3f %v\n", s.TotalVariation.Value, s.JensenShannon.Value, err)
	// Output: 1.000 0.693 <nil>
}
