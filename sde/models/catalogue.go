package models

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// Entry describes a model of the catalogue with constants of its own.
type Entry struct {
	Name    string
	Doc     string
	System  sde.System
	States  []string          // the names of the state's numbers
	Method  stochastic.Method // the fastest here that is Euler–Maruyama
	Initial []float64
	T1      float64 // from 0
	// Mean and Variance are those of each number at a time, nil where they are
	// not known.
	Mean, Variance func(t float64) []float64
}

// Catalogue lists the models with constants of the literature.
var Catalogue = []Entry{
	gbmEntry("gbm", "geometric Brownian motion", GBM{Mu: 0.05, Sigma: 0.2}),
	ouEntry("ou", "Ornstein–Uhlenbeck", OU{Theta: 1, Sigma: 0.5}),
	cirEntry("cir", "square-root process of Cox, Ingersoll and Ross", CIR{Kappa: 2, Theta: 0.04, Sigma: 0.3}),
	hestonEntry("heston", "price with a square-root variance", Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}),
	entry("doublewell", "particle between two wells", DoubleWell{Sigma: 0.5}, []float64{1}, 10, "x"),
	bilinearEntry("bilinear", "oscillator with noise in its frequency and damping, not commutative"),
	entry("lorenz", "Lorenz's system with additive noise", Lorenz{Sigma: 10, Rho: 28, Beta: 8. / 3, Noise: 2}, []float64{1, 1, 25}, 10, "x", "y", "z"),
}

func entry[M EulerModel](name, doc string, m M, initial []float64, t1 float64, states ...string) Entry {
	return Entry{Name: name, Doc: doc, System: m.System(), States: states, Method: Euler[M]{m}, Initial: initial, T1: t1}
}

func gbmEntry(name, doc string, m GBM) Entry {
	e := entry(name, doc, m, []float64{1}, 1, "x")
	e.Mean = func(t float64) []float64 { return []float64{m.Mean(1, t)} }
	e.Variance = func(t float64) []float64 { return []float64{m.Variance(1, t)} }
	return e
}

func ouEntry(name, doc string, m OU) Entry {
	e := entry(name, doc, m, []float64{1}, 1, "x")
	e.Mean = func(t float64) []float64 { return []float64{m.Mean(1, t)} }
	e.Variance = func(t float64) []float64 { return []float64{m.Variance(t)} }
	return e
}

func cirEntry(name, doc string, m CIR) Entry {
	e := entry(name, doc, m, []float64{0.04}, 1, "x")
	e.Mean = func(t float64) []float64 { return []float64{m.Mean(0.04, t)} }
	e.Variance = func(t float64) []float64 { return []float64{m.Variance(0.04, t)} }
	return e
}

func hestonEntry(name, doc string, m Heston) Entry {
	e := entry(name, doc, m, []float64{1, 0.04}, 1, "x", "v")
	e.Mean = func(t float64) []float64 {
		x, v := m.Mean(1, 0.04, t)
		return []float64{x, v}
	}
	e.Variance = func(t float64) []float64 {
		return []float64{m.Variance(1, 0.04, t), m.VarianceOfVariance(0.04, t)}
	}
	return e
}

func bilinearEntry(name, doc string) Entry {
	m, err := NewBilinear(
		mat.NewDense(2, 2, []float64{0, 1, -1, -0.4}),
		mat.NewDense(2, 2, []float64{0, 0, 0.3, 0}), mat.NewDense(2, 2, []float64{0, 0, 0, 0.2}))
	if err != nil {
		panic(err) // of the constants above
	}
	x0 := []float64{1, 0}
	return Entry{
		Name: name, Doc: doc, System: m.System(), States: []string{"x", "v"}, Method: stochastic.EulerMaruyama{}, Initial: x0, T1: 1,
		Mean: func(t float64) []float64 { return m.Mean(x0, t) },
		Variance: func(t float64) []float64 {
			c := m.Covariance(x0, t)
			return []float64{c.At(0, 0), c.At(1, 1)}
		},
	}
}

// ByName returns the catalogue's entry.
func ByName(name string) (Entry, error) {
	names := make([]string, len(Catalogue))
	for i, e := range Catalogue {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	return Entry{}, fmt.Errorf("models: no model %q; known: %s", name, strings.Join(names, ", "))
}
