package main

var equations = []figure{
	{"precision", "Work and precision", "Arenstorf's orbit: the error at the end against evaluations of the right-hand side, by methods of orders 3 to 9.", precision},
	{"kepler", "Kepler's problem", "Thirty periods at equal cost: a symplectic method keeps its energy within a band, others drift.", kepler},
	{"fan", "A fan of paths", "Five thousand paths of a short rate that returns to its mean (Cox, Ingersoll, Ross): quantiles, and three of the paths.", fan},
	{"strong", "Strong orders", "Geometric Brownian motion against its exact path on the same noise: slopes of ½, 1 and 1½.", strong},
	{"multilevel", "Multilevel Monte Carlo", "A call option by levels of steps: variances of corrections fall, so that coarse levels take most samples, and ε² times the work for an error ε does not grow, as that of plain Monte Carlo does.", levelled},
	{"lorenz", "Chaos", "Lorenz's attractor, and how two starts 1e-9 apart part.", lorenz},
}
