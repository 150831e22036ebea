package stochastic

// ShARK is the shifted additive-noise Runge–Kutta method in its form for all
// noise: a twice, b three times, twice where it is additive.
//
// Stratonovich, strong order 1½ on additive, 1 on commutative and ½ on general
// noise, where of the variance of the area it misses a third; weak order 1, and 2
// on additive noise.
//
// Foster, dos Reis, Strange (2023), eq. 6.1.
var ShARK = &SRKTableau{
	Name:    "shark",
	C:       []float64{0, 0, 5. / 6},
	A:       [][]float64{{}, {0}, {0, 5. / 6}},
	W:       [][]float64{{}, {0}, {0, 5. / 6}},
	H:       [][]float64{{}, {1}, {1, 0}},
	Alpha:   []float64{0, 2. / 5, 3. / 5},
	BetaW:   []float64{0, 2. / 5, 3. / 5},
	BetaH:   []float64{0, 6. / 5, -6. / 5},
	General: Order{0.5, 1}, Commutative: Order{1, 1}, Additive: Order{1.5, 2},
}

// SPaRK is the splitting path Runge–Kutta method: a and b three times.
//
// Stratonovich, any noise, orders as ShARK's.
//
// Foster (2023), "On the convergence of adaptive approximations for stochastic
// differential equations", definition 1.6.
var SPaRK = &SRKTableau{
	Name:    "spark",
	C:       []float64{0, 1. / 2, 1},
	A:       [][]float64{{}, {1. / 2}, {0, 1}},
	W:       [][]float64{{}, {1. / 2}, {0, 1}},
	H:       [][]float64{{}, {1.7320508075688772}, {0, 0}},
	Alpha:   []float64{0.21132486540518713, 0.5773502691896257, 0.21132486540518713},
	BetaW:   []float64{0.21132486540518713, 0.5773502691896257, 0.21132486540518713},
	BetaH:   []float64{1, 0, -1},
	General: Order{0.5, 1}, Commutative: Order{1, 1}, Additive: Order{1.5, 2},
}

// SlowRK has strong order 1½ on all commutative noise: a twice, b five times.
//
// Stratonovich, strong order 1½ and weak order 2 on additive and commutative
// noise, ½ and 1 on general noise.
//
// Foster, dos Reis, Strange (2023), eq. 6.2.
var SlowRK = &SRKTableau{
	Name:    "slowrk",
	C:       []float64{0, 1. / 2, 1. / 2, 1. / 2, 1. / 2, 3. / 4, 1},
	A:       [][]float64{{}, {1. / 2}, {1. / 2, 0}, {1. / 2, 0, 0}, {1. / 2, 0, 0, 0}, {3. / 4, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}},
	W:       [][]float64{{}, {0}, {0, 1. / 2}, {0, 0, 1. / 2}, {0, 0, 0, 1}, {0, 0, 0, 3. / 4, 0}, {0, 0, 1. / 2, 0, 0, 0}},
	H:       [][]float64{{}, {0}, {0, 0}, {0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 3. / 2, 0}, {0, 0, 0, 0, 0, 0}},
	Alpha:   []float64{1. / 3, 0, 0, 0, 0, 2. / 3, 0},
	BetaW:   []float64{0, 1. / 6, 1. / 3, 1. / 3, 1. / 6, 0, 0},
	BetaH:   []float64{0, 0, 0, 2, 0, 0, -2},
	General: Order{0.5, 1}, Commutative: Order{1.5, 2}, Additive: Order{1.5, 2},
}
