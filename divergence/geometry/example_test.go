package geometry_test

import (
	"fmt"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/geometry"
)

func on(mean, variance float64) *divergence.Gaussian {
	g, err := divergence.NewGaussianDense([]float64{mean}, []float64{variance})
	if err != nil {
		panic(err)
	}
	return g
}

// On the line means and standard deviations are interpolated: 1 and 3 meet at 2.
func ExampleGeodesic() {
	g, err := geometry.Geodesic(on(0, 1), on(4, 9), 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Mean(nil), g.Cov().At(0, 0))
	// Output: [2] 4
}

func ExampleBarycentre() {
	g, err := geometry.Barycentre([]float64{1, 1}, []*divergence.Gaussian{on(0, 1), on(4, 9)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v %.6f\n", g.Mean(nil), g.Cov().At(0, 0))
	// Output: [2] 4.000000
}

// KL( N(m, v) ‖ N(0, 1) ) = ½(m² + v − 1 − ln v): slopes m and ½(1 − 1/v).
func ExampleKL() {
	g, err := geometry.KL(on(3, 2), on(0, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f %.3f\n", g.P.Mean.AtVec(0), g.P.Cov.At(0, 0))
	// Output: 3.000 0.250
}
