package sampler_test

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Samples of N(3, 0.25) from its exact score, by DPM-Solver++(2M) in 20
// evaluations.
func ExampleSample() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.Times(process, sampler.UniformLambda{}, 19, true)

	x := make([]float64, 10000)
	stats, err := sampler.Sample(context.Background(), x, sampler.Config{
		Process: process, Model: model, Rule: sampler.DPMPP2M{}, Grid: grid, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, sd := stat.MeanStdDev(x, nil)
	fmt.Printf("NFE %d, mean %.1f, standard deviation %.1f\n", stats.NFE, mean, sd)
	// Output: NFE 20, mean 3.0, standard deviation 0.5
}

// DDIM at Eta = 1 is ancestral sampling: with the same noise, the same samples.
func ExampleDDIM() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.Times(process, sampler.Karras{}, 10, true)
	for _, rule := range []sampler.Rule{sampler.DDIM{Eta: 1}, sampler.DDPM{}} {
		x := make([]float64, 1)
		c := sampler.Config{Process: process, Model: model, Rule: rule, Grid: grid, Seed: 7}
		if _, err := sampler.Sample(context.Background(), x, c); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.6f\n", x[0])
	}
}

// A grid lists what a rule will step through, and what it will cost.
func ExampleTimes() {
	process, _ := sde.ByName("edm")
	grid, _ := sampler.Times(process, sampler.Karras{Exponent: 7}, 4, true)
	for _, l := range grid.Levels(nil) {
		fmt.Printf("%.4g ", l.Rho())
	}
	fmt.Println("NFE", grid.Evaluations(sampler.EDMHeun{}.Cost()))
	// Output: 80 17.53 2.515 0.1698 0.002 NFE 9
}

// From one start in forty evaluations: the flow itself ends at 3.4900.
func ExampleUniPC() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.Times(process, sampler.UniformLambda{}, 39, true)
	rules := []sampler.Rule{
		sampler.DPMSolver1{}, sampler.DPMPP2M{}, sampler.DPMPP3M{}, sampler.DEIS{Order: 2, In: sampler.InLambda},
		sampler.UniPC{Order: 2}, sampler.UniPC{Order: 3},
	}
	x0 := 1.0
	for _, rule := range rules {
		x := []float64{x0}
		c := sampler.Config{Process: process, Model: model, Rule: rule, Grid: grid, Start: []float64{x0}}
		stats, err := sampler.Sample(context.Background(), x, c)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%T NFE %d: %.4f\n", rule, stats.NFE, x[0])
	}
	// Output:
	// sampler.DPMSolver1 NFE 40: 3.4609
	// sampler.DPMPP2M NFE 40: 3.4918
	// sampler.DPMPP3M NFE 40: 3.4901
	// sampler.DEIS NFE 40: 3.4900
	// sampler.UniPC NFE 40: 3.4906
	// sampler.UniPC NFE 40: 3.4900
}

// Rules for the reverse SDE at one budget: the first is of first order, the
// others of second.
func ExampleSEEDS2() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	for _, rule := range []sampler.Rule{sampler.DDPM{}, sampler.SDEDPMPP{Steps: 2}, sampler.SASolver{Predict: 2, Correct: 2, Tau: 1}, sampler.SEEDS2{}} {
		grid, _ := sampler.Times(process, sampler.UniformLambda{}, sampler.StepsFor(rule.Cost(), 41, true), true)
		x := make([]float64, 20000)
		c := sampler.Config{Process: process, Model: model, Rule: rule, Grid: grid, Seed: 1}
		stats, err := sampler.Sample(context.Background(), x, c)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%T NFE %d: standard deviation %.2f\n", rule, stats.NFE, stat.StdDev(x, nil))
	}
	// Output:
	// sampler.DDPM NFE 41: standard deviation 0.45
	// sampler.SDEDPMPP NFE 41: standard deviation 0.50
	// sampler.SASolver NFE 41: standard deviation 0.50
	// sampler.SEEDS2 NFE 41: standard deviation 0.52
}
