package divergence_test

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
)

// N(1, 4) against N(0, 1): ½(1 + 4 − 1 − ln 4) nats.
func ExampleKL() {
	p, err := divergence.NewGaussianDense([]float64{1}, []float64{4})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	if err != nil {
		fmt.Println(err)
		return
	}
	kl, err := divergence.KL(p, q)
	fmt.Printf("%.6f %v\n", kl, err)
	// Output: 1.306853 <nil>
}

// Means 3 apart, standard deviations 4 apart: W2 = √(3² + 4²). Both densities
// live on points or lines, which W2 does not mind.
func ExampleW2() {
	p, err := divergence.NewGaussianDense([]float64{3, 0}, []float64{16, 0, 0, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{0, 0, 0, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := divergence.W2(p, q)
	fmt.Println(w, err)
	// Output: 5 <nil>
}

// Differences in the tenth digit keep their digits: ½(1e-10)² = 5e-21.
func ExampleKL_tiny() {
	cov := mat.NewSymDense(1, []float64{1})
	p, err := divergence.NewGaussian([]float64{1e-10}, cov)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := divergence.NewGaussian([]float64{0}, cov)
	if err != nil {
		fmt.Println(err)
		return
	}
	kl, err := divergence.KL(p, q)
	fmt.Printf("%.9e %v\n", kl, err)
	// Output: 5.000000000e-21 <nil>
}

// Three points with mean (2, 3) and covariance [1 1; 1 4].
func ExampleFit() {
	g, err := divergence.Fit([]float64{1, 1, 2, 5, 3, 3}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Dim(), g.Rank(), g.Mean(nil))
	fmt.Println(mat.Formatted(g.Cov()))
	// Output:
	// 2 2 [2 3]
	// ⎡1  1⎤
	// ⎣1  4⎦
}

func ExampleNewGaussianDense_errors() {
	_, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 2, 2, 1})
	fmt.Println(errors.Is(err, divergence.ErrIndefinite))
	// Output: true
}

// A shift by 2 on the line.
func ExampleSlicedW2() {
	x, y := []float64{0, 1, 5}, []float64{7, 2, 3}
	w, err := divergence.SlicedW2(context.Background(), x, y, 1, 4, 1)
	fmt.Printf("%.3f %v\n", w, err)
	// Output: 2.000 <nil>
}

// The thirds and halves couple 0 to 0 and, on 1/6 and 1/3, 1 to 0 and to 3.
func ExampleW2Empirical1D() {
	w, err := divergence.W2Empirical1D([]float64{0, 1}, []float64{0, 0, 3})
	fmt.Printf("%.4f %v\n", w*w, err)
	// Output: 1.5000 <nil>
}

// Unit variances and means 1 apart: KL = ½, BD = ⅛ and R_2 = 1.
func ExampleEntry() {
	p, err := divergence.NewGaussianDense([]float64{1}, []float64{1})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range divergence.Catalogue() {
		v, err := e.Func(p, q)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %.4g\n", e.Name, v)
	}
	// Output:
	// kl 0.5
	// reverse-kl 0.5
	// jeffreys 1
	// bhattacharyya 0.125
	// hellinger 0.3428
	// renyi2 1
	// w2 1
	// w2-squared 1
}

// Every distance from N(0, 1) to N(1, 4).
func ExampleCatalogue() {
	p, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := divergence.NewGaussianDense([]float64{1}, []float64{4})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range divergence.Catalogue() {
		v, err := e.Func(p, q)
		fmt.Printf("%-14s %.4f %v\n", e.Name, v, err)
	}
	// Output:
	// kl             0.4431 <nil>
	// reverse-kl     1.3069 <nil>
	// jeffreys       1.7500 <nil>
	// bhattacharyya  0.1616 <nil>
	// hellinger      0.3863 <nil>
	// renyi2         0.5562 <nil>
	// w2             1.4142 <nil>
	// w2-squared     2.0000 <nil>
}
