package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/exponential"
)

// gaussians are items 9 to 12.
func gaussians() []row {
	// N((0, 1), diag(1, 4)) and N((1, 1), diag(4, 1)) by coordinates, each formula by hand.
	pair := func(f func(p, q *divergence.Gaussian) (float64, error), want float64) func(context.Context) (answer, error) {
		return func(context.Context) (answer, error) {
			p, err := divergence.NewGaussianDense([]float64{0, 1}, []float64{1, 0, 0, 4})
			if err != nil {
				return answer{}, err
			}
			q, err := divergence.NewGaussianDense([]float64{1, 1}, []float64{4, 0, 0, 1})
			if err != nil {
				return answer{}, err
			}
			got, err := f(p, q)
			return answer{want, got, 1e-14}, err
		}
	}
	overlap := math.Log(2.5/2) + 0.125/2.5
	return []row{
		{9, "KL between Gaussians", "½[δᵀΣ_q⁻¹δ − ln det Σ_q⁻¹Σ_p + tr Σ_q⁻¹Σ_p − n]",
			"divergence.KL", "divergence.ExampleKL", "divergence.TestAgainstExtendedPrecision",
			pair(divergence.KL, 0.5*(0.25+0.25+4-2))},
		{10, "Bhattacharyya", "½ ln(det Σ/√(det Σ_p det Σ_q)) + ⅛δᵀΣ⁻¹δ",
			"divergence.Bhattacharyya", "divergence.ExampleEntry", "divergence.TestAgainstExtendedPrecision",
			pair(divergence.Bhattacharyya, overlap)},
		{10, "Hellinger", "√(−expm1(−BD))",
			"divergence.Hellinger", "divergence.ExampleEntry", "divergence.TestProperties",
			pair(divergence.Hellinger, math.Sqrt(-math.Expm1(-overlap)))},
		{11, "W2²", "‖δ‖² + tr(Σ_p + Σ_q − 2(Σ_p^½Σ_qΣ_p^½)^½)",
			"divergence.W2Squared", "divergence.ExampleW2", "divergence.TestW2AgainstExtendedPrecision",
			pair(divergence.W2Squared, 3)},
		{12, "maximum entropy", "KL(p‖matched Gaussian) = H_Gauss − H_p, p ∝ e^{2x² − x⁴}",
			"divergence.Gaussian.Entropy", "divergence/exponential.ExampleOnLine", "divergence/exponential.TestEntropyGap", entropyGap},
	}
}

func powers(dst []float64, x float64) {
	p := 1.0
	for j := range dst {
		p *= x
		dst[j] = p
	}
}

func entropyGap(context.Context) (answer, error) {
	const n = 300
	f, err := exponential.OnLine(-4, 4, n, 4, powers)
	if err != nil {
		return answer{}, err
	}
	theta := []float64{0, 2, 0, -1}
	_, mean, _ := f.Moments(theta)
	g, err := divergence.NewGaussianDense([]float64{mean[0]}, []float64{mean[1] - mean[0]*mean[0]})
	if err != nil {
		return answer{}, err
	}
	// The Gaussian is a member too, whose tails beyond twelve deviations are nothing.
	wide, err := exponential.OnLine(-12, 12, 1200, 4, powers)
	if err != nil {
		return answer{}, err
	}
	v := mean[1] - mean[0]*mean[0]
	kl := wide.KL(theta, []float64{mean[0] / v, -0.5 / v, 0, 0})
	return answer{g.Entropy() - f.Entropy(theta), kl, 1e-10}, nil
}
