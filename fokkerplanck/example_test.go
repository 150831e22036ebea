package fokkerplanck_test

import (
	"fmt"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/sde"
)

// The reverse process of N(0, I) under VP is the process itself, in the plane too.
func ExampleReversePlane() {
	p, _ := sde.ByName("vp")
	pr := fokkerplanck.ReversePlane(p, func(x, y, _ float64) (float64, float64) { return -x, -y }, 1, 1)
	f, g := p.Coefficients(0.5)
	ax, ay := pr.Drift(2, -1, 0.5)
	dxx, dxy, dyy := pr.Diffusion(2, -1, 0.5)
	fmt.Printf("%.3f %.3f %.3f %v %.3f\n", ax/(2*f), ay/-f, dxx/(0.5*g*g), dxy, dyy/(0.5*g*g))
	// Output: 1.000 1.000 1.000 0 1.000
}

// Under the probability flow of N(0, I) nothing moves.
func ExampleForwardPlane() {
	p, _ := sde.ByName("vp")
	pr := fokkerplanck.ForwardPlane(p, func(x, y, _ float64) (float64, float64) { return -x, -y }, 0)
	ax, ay := pr.Drift(2, -1, 0.5)
	fmt.Printf("%.3f %.3f\n", ax, ay)
	// Output: 0.000 0.000
}

// Brownian motion from the middle of an interval of half width a leaves it after a² on
// average; the second moment is 5a⁴/3.
func ExampleExitMoments() {
	g, _ := fokkerplanck.Uniform(-1, 1, 2001)
	pr := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 0 },
		Diffusion: func(_, _ float64) float64 { return 0.5 },
		Left:      fokkerplanck.Absorbing, Right: fokkerplanck.Absorbing,
	}
	m, err := fokkerplanck.ExitMoments(pr, g, 0, 2)
	fmt.Printf("%.4f %.4f %v\n", m[0][1000], m[1][1000], err)
	// Output: 1.0000 1.6667 <nil>
}

// On a ring of length 2 the uniform density, ½, flows around with the drift.
func ExampleFlux() {
	edges := []float64{0, 0.3, 0.8, 1.5, 2}
	g, _ := fokkerplanck.NewGrid(edges)
	ring := fokkerplanck.Problem{
		Drift:     func(_, _ float64) float64 { return 3 },
		Diffusion: func(_, _ float64) float64 { return 1 },
		Left:      fokkerplanck.Periodic, Right: fokkerplanck.Periodic,
	}
	j, err := fokkerplanck.Flux(ring, g, 0, []float64{0.5, 0.5, 0.5, 0.5})
	fmt.Printf("%.4f %v\n", j, err)
	// Output: [1.5000 1.5000 1.5000 1.5000 1.5000] <nil>
}
