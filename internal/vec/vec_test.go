package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAdamReference follows the published form in float64 over many steps.
func TestAdamReference(t *testing.T) {
	const n, lr, b1, b2, eps, decay = 37, 1e-2, 0.9, 0.99, 1e-8, 0.1
	r := rand.New(rand.NewPCG(7, 8))
	w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	ww, mm, vv := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range w {
		w[i] = float32(r.NormFloat64())
		ww[i] = float64(w[i])
	}
	for step := 1; step <= 100; step++ {
		c1, c2 := 1/(1-math.Pow(b1, float64(step))), 1/(1-math.Pow(b2, float64(step)))
		for i := range g {
			g[i] = float32(r.NormFloat64())
			x := float64(g[i])
			mm[i] = b1*mm[i] + (1-b1)*x
			vv[i] = b2*vv[i] + (1-b2)*x*x
			ww[i] -= lr * (mm[i]*c1/(math.Sqrt(vv[i]*c2)+eps) + decay*ww[i])
		}
		Adam(w, g, m, v, lr, b1, b2, eps, decay, float32(c1), float32(c2))
	}
	for i := range w {
		// 1−β2 is off by 1e-6 in float32; a hundred steps of at most lr·5 carry that
		// and a rounding of 6e-8·|w| each.
		require.InDelta(t, ww[i], float64(w[i]), 3e-5)
		require.InDelta(t, mm[i], float64(m[i]), 1e-5)
		require.InDelta(t, vv[i], float64(v[i]), 1e-5)
	}
}

func TestLongSlices(t *testing.T) {
	const n = 3*4096 + 7
	r := rand.New(rand.NewPCG(9, 10))
	x := newGuarded[float64](r, n, false)
	y := make([]float32, n)
	Narrow(y, x.x, 2)
	for i, v := range x.x {
		require.Equal(t, float32(2*v), y[i])
	}
	Widen(x.x, y, 0.5)
	for i, v := range y {
		require.Equal(t, float64(v)/2, x.x[i])
	}
	z := make([]float32, n)
	Lerp(z, y, 0.25)
	for i, v := range y {
		require.Equal(t, v/4, z[i])
	}
	g, m, v := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range g {
		g[i] = 1
	}
	copy(z, y)
	Adam(z, g, m, v, 0.5, 0.5, 0.5, 0, 0, 2, 2)
	for i, v := range y {
		require.Equal(t, v-0.5, z[i])
	}
}

func TestNothingAllocates(t *testing.T) {
	const n = 1003
	a, b, c, d := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	x := make([]float64, n)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		SiLU(a, b)
		SiLUGrad(a, b, c)
		Adam(a, b, c, d, 1e-3, 0.9, 0.999, 1e-8, 0, 1, 1)
		Lerp(a, b, 0.5)
		Narrow(a, x, 1)
		Widen(x, a, 1)
	}))
}

func TestLengthsMustAgree(t *testing.T) {
	two, three, x := make([]float32, 2), make([]float32, 3), make([]float64, 2)
	for name, f := range map[string]func(){
		"SiLU":     func() { SiLU(two, three) },
		"SiLUGrad": func() { SiLUGrad(two, two, three) },
		"Adam":     func() { Adam(two, two, two, three, 0, 0, 0, 0, 0, 0, 0) },
		"Lerp":     func() { Lerp(two, three, 0) },
		"Narrow":   func() { Narrow(three, x, 0) },
		"Widen":    func() { Widen(x, three, 0) },
	} {
		require.Panics(t, f, name)
	}
}

func ExampleSiLU() {
	y := make([]float32, 3)
	SiLU(y, []float32{-1, 0, 1})
	fmt.Printf("%.4f\n", y)
	// Output: [-0.2689 0.0000 0.7311]
}

func ExampleSiLUGrad() {
	dx := make([]float32, 2)
	SiLUGrad(dx, []float32{0, 1}, []float32{2, 1})
	fmt.Printf("%.4f\n", dx)
	// Output: [1.0000 0.9277]
}

// The first step has the size of the learning rate, whatever the gradient's.
func ExampleAdam() {
	w, m, v := []float32{1, 1}, []float32{0, 0}, []float32{0, 0}
	Adam(w, []float32{100, -0.01}, m, v, 0.1, 0.9, 0.99, 1e-8, 0, 1/(1-0.9), 1/(1-0.99))
	fmt.Printf("%.3f\n", w)
	// Output: [0.900 1.100]
}

func ExampleLerp() {
	ema := []float32{1, 2}
	Lerp(ema, []float32{3, 2}, 0.25)
	fmt.Println(ema)
	// Output: [1.5 2]
}

func ExampleNarrow() {
	x := make([]float32, 2)
	Narrow(x, []float64{3, 1e300}, 0.5)
	fmt.Println(x)
	// Output: [1.5 +Inf]
}

func ExampleWiden() {
	x := make([]float64, 2)
	Widen(x, []float32{3, -1}, 0.5)
	fmt.Println(x)
	// Output: [1.5 -0.5]
}
