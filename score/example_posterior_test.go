package score_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// x_0 ~ N(0, 4) seen as 3 with the noise 1: K = 4/5, and y ~ N(0, 5).
func ExampleGaussian_Posterior() {
	prior, _ := score.NewIsotropic([]float64{0}, 4)
	seen := score.Observation{A: mat.NewDense(1, 1, []float64{1}), Y: []float64{3}, Noise: 1}
	posterior, logEvidence, err := prior.Posterior(seen)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("N(%.2f, %.2f), ln p(y) = %.6f = %.6f\n", posterior.Mean()[0], posterior.Cov().At(0, 0),
		logEvidence, -0.5*(math.Log(2*math.Pi*5)+9./5))
	// Output: N(2.40, 0.80), ln p(y) = -2.623657 = -2.623657
}

// Two classes on the line: at 0 either, to the right the second.
func ExampleConditional() {
	var class []*score.Mixture
	for _, mean := range []float64{-1, 1} {
		g, _ := score.NewIsotropic([]float64{mean}, 0.25)
		m, _ := score.NewMixture([]float64{1}, []*score.Gaussian{g})
		class = append(class, m)
	}
	c, _ := score.NewConditional([]float64{1, 1}, class)
	x := []float64{0, 0.5}
	log := make([]float64, len(x)*c.Classes())
	if err := c.LogPosterior(log, x, sde.Level{Alpha: 1, Sigma: 0.5}); err != nil {
		fmt.Println(err)
		return
	}
	for i, v := range x {
		fmt.Printf("x = %v: p(class 1 | x) = %.4f\n", v, math.Exp(log[2*i+1]))
	}
	// Output:
	// x = 0: p(class 1 | x) = 0.5000
	// x = 0.5: p(class 1 | x) = 0.8808
}
