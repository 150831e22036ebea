package models_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

func ExampleExact() {
	// One step of any length has the exact law.
	m := models.OU{Theta: 2, Mu: 1, Sigma: 0.5}
	moments, err := statistics.NewMoments(1, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := sde.Ensemble{
		Method: models.Exact[models.OU]{Model: m}, System: m.System(), T1: 3, Steps: 1, Initial: []float64{0},
		Paths: 20000, Address: noise.Address{Seed: 1}, Statistics: []statistics.Reducer{moments},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	got := r.Statistics[0][0].(*statistics.Moments)
	fmt.Println(math.Abs(got.Mean(0).Deviations(m.Mean(0, 3))) < 3, math.Abs(got.Variance(0).Deviations(m.Variance(3))) < 3)
	// Output: true true
}

func ExampleMilstein() {
	// x (1 + μh + σΔw + ½σ²(Δw² − h)) from 1, with h = 1 and Δw = 2.
	m := models.GBM{Mu: 0.5, Sigma: 1}
	s, y := m.System(), []float64{0}
	err := models.Milstein[models.GBM]{Model: m}.Stepper(&s, 1).Step(y, 0, 1, []float64{1}, []float64{2})
	fmt.Println(y, err)
	// Output: [5] <nil>
}

func ExampleBilinear() {
	m, err := models.NewBilinear(mat.NewDense(1, 1, []float64{1}), mat.NewDense(1, 1, []float64{0.5}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(math.Abs(m.Mean([]float64{2}, 1)[0]-2*math.E) < 1e-14)
	// Output: true
}

func ExampleSplitting() {
	// With e^{−κh/2} = ½ and e = 0: v ← ½ (√(½v) + ½σΔw)², at v = 2, σ = 2, Δw = 1.
	m := models.CIR{Kappa: 2 * math.Ln2, Theta: 1 / (2 * math.Ln2), Sigma: 2}
	s, y := m.System(), []float64{0}
	err := models.Splitting[models.CIR]{Model: m}.Stepper(&s, 1).Step(y, 0, 1, []float64{2}, []float64{1})
	fmt.Printf("%.3f %v\n", y, err)
	// Output: [2.000] <nil>
}

func ExampleHestonVariance() {
	// Without correlation the price given the variance's path is Black and Scholes'
	// with the mean of that path.
	m := models.HestonVariance{Model: models.Heston{Mu: 0.05, Kappa: 2, Theta: 0.04, Sigma: 0.3}}
	const integral = 2 * 0.04
	price := m.Model.ConditionalCall(1, 0.04, 1.1, 2, 0.04, integral)
	fmt.Println(math.Abs(price-models.GBM{Mu: 0.05, Sigma: 0.2}.Call(1, 1.1, 2)) < 1e-14)
	// Output: true
}
