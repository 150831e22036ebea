package guidance_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

// twoClasses is rows around −1 and rows around 1, with the variance 0.25.
func twoClasses() *score.Conditional {
	var class []*score.Mixture
	for _, mean := range []float64{-1, 1} {
		g, _ := score.NewIsotropic([]float64{mean}, 0.25)
		m, _ := score.NewMixture([]float64{1}, []*score.Gaussian{g})
		class = append(class, m)
	}
	c, _ := score.NewConditional([]float64{1, 1}, class)
	return c
}

// At weight 1 the guided denoiser is that of the class; with more it goes beyond.
func ExampleClassifierFree() {
	c, at := twoClasses(), sde.Level{Alpha: 0.8, Sigma: 0.6}
	d := make([]float64, 1)
	for _, w := range []float64{0, 1, 3} {
		model, _ := guidance.ClassifierFree(c.Class(1), c.All(), guidance.Scale{Weight: w})
		if err := model.Denoise(d, []float64{0}, at); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("w = %v: D(0) = %.4f\n", w, d[0])
	}
	// Output:
	// w = 0: D(0) = 0.0000
	// w = 1: D(0) = 0.6923
	// w = 3: D(0) = 2.0769
}

// The exact classifier guides to the same place as the two models.
func ExampleClassifier() {
	c, at := twoClasses(), sde.Level{Alpha: 0.8, Sigma: 0.6}
	model, _ := guidance.Classifier(c.All(), guidance.Class{Of: c, Y: 1}, guidance.Scale{Weight: 3})
	d := make([]float64, 1)
	if err := model.Denoise(d, []float64{0}, at); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", d[0])
	// Output: 2.0769
}

// What guidance drove out of the data's range comes back into it.
func ExampleThresholded() {
	c, at := twoClasses(), sde.Level{Alpha: 0.8, Sigma: 0.6}
	wild, _ := guidance.ClassifierFree(c.Class(1), c.All(), guidance.Scale{Weight: 3})
	model, _ := guidance.Thresholded(wild, guidance.Threshold{Bound: 1.5})
	d := make([]float64, 1)
	if err := model.Denoise(d, []float64{0}, at); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", d[0])
	// Output: 1.5000
}

// Two correlated coordinates, the first observed to be 1 with the noise 0.5. The
// exact law of what every way to use that samples, by the reverse SDE, beside the
// posterior: its mean and the variance of the coordinate that was not observed.
func ExampleMomentMatching() {
	prior, _ := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0.8, 0.8, 1}))
	seen, _ := score.ObserveCoordinates([]float64{1, 0}, []bool{true, false}, 0.5)
	posterior, _, _ := prior.Posterior(seen)
	mean, cov := posterior.Mean(), posterior.Cov()
	fmt.Printf("%-15s mean (%.3f, %.3f), variance %.3f\n", "posterior", mean[0], mean[1], cov.At(1, 1))

	process := sde.EDM{SigmaMin: 1e-3, SigmaMax: 1e3}
	grid, _ := sampler.Times(process, sampler.UniformLambda{}, 400, true)
	replace, _ := guidance.Replace(prior, seen)
	dps, _ := guidance.DPS(prior, seen, guidance.Step{})
	pseudo, _ := guidance.PseudoInverse(prior, seen, 1)
	moments, _ := guidance.MomentMatching(prior, seen)
	for _, m := range []struct {
		name  string
		model score.Model
	}{{"Replace", replace}, {"DPS", dps}, {"PseudoInverse", pseudo}, {"MomentMatching", moments}} {
		law, err := validation.ExactLaw(context.Background(), sampler.Config{
			Process: process, Model: m.model, Rule: sampler.SDEDPMPP{Steps: 2}, Grid: grid})
		if err != nil {
			fmt.Println(err)
			return
		}
		mean := law.Mean(nil)
		fmt.Printf("%-15s mean (%.3f, %.3f), variance %.3f\n", m.name, mean[0], mean[1], law.Cov().At(1, 1))
	}
	// Output:
	// posterior       mean (0.800, 0.640), variance 0.488
	// Replace         mean (1.000, 0.500), variance 0.601
	// DPS             mean (0.982, 0.921), variance 0.373
	// PseudoInverse   mean (0.775, 0.610), variance 0.509
	// MomentMatching  mean (0.800, 0.640), variance 0.488
}

// The exact classifier of noised rows: the nearer to the noise, the less it knows.
func ExampleClass() {
	c := twoClasses()
	gradient := make([]float64, 1)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 0.1}, {Alpha: 1, Sigma: 1}, {Alpha: 1, Sigma: 10}} {
		if err := (guidance.Class{Of: c, Y: 1}).GradLogPosterior(gradient, []float64{0}, at); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("σ = %4v: ∇ ln p(y|x) = %.4f\n", at.Sigma, gradient[0])
	}
	// Output:
	// σ =  0.1: ∇ ln p(y|x) = 3.8462
	// σ =    1: ∇ ln p(y|x) = 0.8000
	// σ =   10: ∇ ln p(y|x) = 0.0100
}
