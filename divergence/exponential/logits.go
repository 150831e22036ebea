package exponential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// symmetric is (p − q)·d ≥ 0 for p = q e^d, without the cancellation of p − q.
func symmetric(p, q, d float64) float64 {
	if d > 0 {
		return -p * math.Expm1(-d) * d
	}
	return q * math.Expm1(d) * d
}

// Categorical returns the symmetric Kullback–Leibler divergence in nats between two
// distributions given by logits,
//
//	KL(p‖q) + KL(q‖p) = ⟨p − q, s − t⟩,   p = softmax s,   q = softmax t,
//
// a sum of terms ≥ 0 that keeps its digits where s and t are close, and however large
// they are. It does not change when a constant is added to s or to t. It panics
// unless s and t are equally long. Logits that are not finite give NaN.
//
// Su (2022) for logits; the Jeffreys divergence of an exponential family (Jeffreys
// 1946).
func Categorical(s, t []float64) float64 {
	if len(s) != len(t) {
		panic(fmt.Sprintf("exponential: %d and %d logits", len(s), len(t)))
	}
	if len(s) == 0 {
		return 0
	}
	as, at := floats.LogSumExp(s), floats.LogSumExp(t)
	// ln p_i/q_i = d_i − c with d = s − t and c = ln Σ q_i e^{d_i}, here from their mean
	// under q and small differences, where they are small.
	var shift, widest float64
	for i, v := range s {
		shift += math.Exp(t[i]-at) * (v - t[i])
	}
	var c float64
	for i, v := range s {
		widest = max(widest, math.Abs(v-t[i]-shift))
		c += math.Exp(t[i]-at) * math.Expm1(v-t[i]-shift)
	}
	if c = math.Log1p(c); widest > 1 {
		c = as - at - shift
	}
	var sum float64
	for i, v := range s {
		sum += symmetric(math.Exp(v-as), math.Exp(t[i]-at), v-t[i]-shift-c)
	}
	return sum
}

// Bernoulli returns the sum over labels of the symmetric Kullback–Leibler divergences
// in nats between two probabilities given by logits,
//
//	Σ_i ⟨σ(s_i) − σ(t_i), s_i − t_i⟩,   σ(s) = 1/(1 + e^−s),
//
// the regularisation of several labels at a time (GlobalPointer; Su et al. 2022). It
// keeps its digits where s and t are close or large. It panics unless s and t are
// equally long.
func Bernoulli(s, t []float64) float64 {
	if len(s) != len(t) {
		panic(fmt.Sprintf("exponential: %d and %d logits", len(s), len(t)))
	}
	var sum float64
	for i, v := range s {
		hi, lo := max(v, t[i]), min(v, t[i])
		d := hi - lo
		if d == 0 {
			continue
		}
		// σ(hi) − σ(lo) = (1 − e^−d) σ(hi) σ(−lo).
		sum += -math.Expm1(-d) * d / ((1 + math.Exp(-hi)) * (1 + math.Exp(lo)))
	}
	return sum
}
