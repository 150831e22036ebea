package divergence

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// fresh returns g without what it has cached.
func fresh(b *testing.B, g *Gaussian) *Gaussian {
	h, err := NewGaussian(g.mean, g.cov)
	if err != nil {
		b.Fatal(err)
	}
	return h
}

func BenchmarkDivergence(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{10, 100, 500} {
		p := random(b, r, n, 100)
		for name, q := range map[string]*Gaussian{"far": random(b, r, n, 100), "near": near(b, r, p, 1e-6)} {
			for _, e := range Catalogue() {
				b.Run(fmt.Sprintf("%s/n=%d/%s", e.Name, n, name), func(b *testing.B) {
					for b.Loop() {
						if _, err := e.Func(fresh(b, p), fresh(b, q)); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/math.Pow(float64(n), 3), "ns/n³")
				})
			}
		}
	}
}

func BenchmarkIllConditioned(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{10, 100, 500} {
		p, q := random(b, r, n, 1e8), random(b, r, n, 1e8)
		b.Run(fmt.Sprintf("kl/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := KL(fresh(b, p), fresh(b, q)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/math.Pow(float64(n), 3), "ns/n³")
		})
	}
}

func BenchmarkSlicedW2(b *testing.B) {
	const dim, rows, directions = 64, 10000, 16
	r := rand.New(rand.NewPCG(1, 3))
	x, y := make([]float64, rows*dim), make([]float64, rows*dim)
	for i := range x {
		x[i], y[i] = r.NormFloat64(), r.NormFloat64()
	}
	for b.Loop() {
		if _, err := SlicedW2(context.Background(), x, y, dim, directions, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*rows*directions), "ns/projection")
}
