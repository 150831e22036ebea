package stochastic

import "math"

// phi1 is φ_1(z) = (e^z − 1)/z.
func phi1(z float64) float64 {
	if z == 0 {
		return 1
	}
	return math.Expm1(z) / z
}

// phi2 is φ_2(z) = (e^z − 1 − z)/z² = ½ + z/6 + z²/24 + ...
func phi2(z float64) float64 {
	if math.Abs(z) > 1 {
		return (math.Expm1(z) - z) / (z * z)
	}
	sum, term := 0.0, 0.5
	for k := 3.0; math.Abs(term) > 1e-18; k++ {
		sum += term
		term *= z / k
	}
	return sum
}
