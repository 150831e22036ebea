package noise

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ito-sde/ito/internal/simd"
)

func perNormal(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/normal")
}

func BenchmarkFill(b *testing.B) {
	x := make([]float64, 4096)
	s := NewStream(Address{})
	for b.Loop() {
		s.Fill(x)
	}
	perNormal(b, len(x))
}

func BenchmarkNormalDim2(b *testing.B)  { benchmarkNormal(b, 2) }
func BenchmarkNormalDim64(b *testing.B) { benchmarkNormal(b, 64) }

func benchmarkNormal(b *testing.B, dim int) {
	x := make([]float64, 192*dim)
	var at Address
	for b.Loop() {
		Gaussian{}.Normal(x, dim, at)
		at.Step++
	}
	perNormal(b, len(x))
}

// Whole tiles of eight blocks, as ensembles ask for, by family of kernels.
func BenchmarkGaussianTile(b *testing.B) {
	for _, isa := range simd.Available() {
		for _, dim := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/dim=%d", isa, dim), func(b *testing.B) {
				x := make([]float64, 8*BlockRows*dim)
				var at Address
				for b.Loop() {
					gaussian(isa, x, dim, at)
					at.Step++
				}
				perNormal(b, len(x))
			})
		}
	}
}

// BenchmarkStandardLibrary is the yardstick.
func BenchmarkStandardLibrary(b *testing.B) {
	x := make([]float64, 4096)
	r := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		for i := range x {
			x[i] = r.NormFloat64()
		}
	}
	perNormal(b, len(x))
}

func BenchmarkNewStream(b *testing.B) {
	var at Address
	var u uint64
	for b.Loop() {
		s := NewStream(at)
		u += s.Uint64()
		at.Step++
	}
	_ = u
}

func BenchmarkTreeInOrder(b *testing.B) {
	t := tree(b, 1, 0, 1)
	var w [1]float64
	at := 1.0
	for b.Loop() {
		t.Increment(w[:], at, at+1e-4)
		if at += 1e-4; at > 2.9 {
			at = 1
		}
	}
}
