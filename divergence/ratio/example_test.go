package ratio_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence/ratio"
)

// Two loaded coins, told apart: the logit is the log of the ratio of their
// chances, 3 to 1 and 1 to 3.
func ExampleFit() {
	basis, err := ratio.Kernels([]float64{0}, 1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	heads, tails := []float64{1, 1, 1, 0}, []float64{0, 0, 0, 1}
	l, err := ratio.Fit(context.Background(), heads, tails, basis, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := make([]float64, 2)
	l.Log(log, []float64{1, 0})
	for i, v := range log {
		log[i] = math.Exp(v)
	}
	fmt.Printf("%.4f\n", log)
	// Output: [3.0000 0.3333]
}

// Pairs of correlation 0.9 against pairs that were shuffled: the dependence that
// Deep InfoMax maximises, which no classifier can push above ln 2.
func ExampleShuffled() {
	const n, rho = 20000, 0.9
	x, y := normals(n, 4), normals(n, 5)
	for i := range y {
		y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*y[i]
	}
	joint, product := ratio.Shuffled(x, 1, y, 1, n/2)
	basis, _ := ratio.Quadratic(2)
	l, err := ratio.Fit(context.Background(), joint, product, basis, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := l.Bounds(joint, product)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("JS %.2f ≤ %.2f, I %.2f (exact %.2f)\n", b.JensenShannon.Value, math.Ln2, b.KL.Value, -0.5*math.Log(1-rho*rho))
	// Output: JS 0.22 ≤ 0.69, I 0.84 (exact 0.83)
}
