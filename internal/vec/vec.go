// Package vec holds the float32 kernels of the networks that gonum lacks. Every
// element goes through the same arithmetic wherever it stands in a slice, so that
// results are the same bits for any batch and any split of it. All of Narrow,
// Widen, Lerp and Adam are the same bits on every processor; SiLU and SiLUGrad
// only on those with the same kernels.
//
// Lengths that differ panic. A dst may be one of the sources; other overlaps are
// not allowed. Nothing allocates.
package vec

//go:generate sh -c "go run ./gen > kernels_amd64.s"

import (
	"fmt"

	"github.com/ito-sde/ito/internal/simd"
)

var best = simd.Best()

// SiLU sets dst[i] = x[i]·σ(x[i]) with the logistic function σ(x) = 1/(1+e^−x):
// the activation also called swish. The relative error is at most 1e-6 for
// x ≥ −87.3; below that, where |x·σ(x)| < 1.2e-36, dst is −0. NaN and −Inf give NaN.
//
// Hendrycks, Gimpel (2016), Gaussian error linear units, section 2; Elfwing,
// Uchibe, Doya (2018), eq. 3.
func SiLU(dst, x []float32) {
	same("SiLU", len(dst), len(x))
	silu(best, dst, x)
}

// SiLUGrad sets dst[i] = dy[i]·SiLU'(x[i]), the backward pass of SiLU, with
//
//	SiLU'(x) = σ(x)·(1 + x·(1−σ(x)))
//
// The error of SiLU' is at most 1e-6·(σ(x) + |x|·σ(x)·(1−σ(x))), relative except
// near its zero at x ≈ −1.278. Below x = −87.3 it is 0. NaN and infinite x give NaN.
// Elfwing, Uchibe, Doya (2018), eq. 5.
func SiLUGrad(dst, x, dy []float32) {
	same("SiLUGrad", len(dst), len(x))
	same("SiLUGrad", len(dst), len(dy))
	siluGrad(best, dst, x, dy)
}

// Adam makes one step of AdamW, in place:
//
//	m += (1−β1)·(g−m)
//	v += (1−β2)·(g²−v)
//	w −= lr·(c1·m/(√(c2·v)+eps) + weightDecay·w)
//
// At step t = 1, 2, ... c1 = 1/(1−β1^t) and c2 = 1/(1−β2^t) undo the bias of the
// zeros that m and v start from. Kingma, Ba (2015), algorithm 1, with the decay of
// Loshchilov, Hutter (2019), algorithm 2.
func Adam(w, g, m, v []float32, lr, beta1, beta2, eps, weightDecay float32, c1, c2 float32) {
	same("Adam", len(w), len(g))
	same("Adam", len(w), len(m))
	same("Adam", len(w), len(v))
	c := adamConstants{1 - beta1, 1 - beta2, c1, c2, eps, weightDecay, lr}
	adam(best, w, g, m, v, &c)
}

// adamConstants are what the kernels read, in this order.
type adamConstants struct{ a1, a2, c1, c2, eps, decay, lr float32 }

// Lerp sets dst[i] += t·(src[i]−dst[i]): a step of the exponential moving average
// with decay 1−t.
func Lerp(dst, src []float32, t float32) {
	same("Lerp", len(dst), len(src))
	lerp(best, dst, src, t)
}

// Narrow sets dst[i] = x[i]·scale, multiplied in float64 and rounded once more.
// What is beyond the range of float32 becomes infinite.
func Narrow(dst []float32, x []float64, scale float64) {
	same("Narrow", len(dst), len(x))
	narrow(best, dst, x, scale)
}

// Widen sets dst[i] = x[i]·scale, multiplied in float64.
func Widen(dst []float64, x []float32, scale float64) {
	same("Widen", len(dst), len(x))
	widen(best, dst, x, scale)
}

func same(name string, n, other int) {
	if n != other {
		panic(fmt.Sprintf("vec: %s: lengths %d and %d differ", name, n, other))
	}
}
