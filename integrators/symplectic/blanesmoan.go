package symplectic

// BlanesMoan4 is the fourth-order partitioned Runge–Kutta method S6 of Blanes
// and Moan: six forces a step, symmetric, with
//
//	Kick  = (0.079, 0.353, −0.042, …, symmetric),
//	Drift = (0.210, −0.144, 0.434, 0.434, …, symmetric).
//
// Its error at equal work is 10 to 500 times below that of [Yoshida4]. Blanes,
// Moan (2002), table 2, "S6".
var BlanesMoan4 = &Composition{
	Name: "blanes-moan4", P: 4,
	Kick:  symmetric(1, 0.0792036964311957, 0.353172906049774, -0.0420650803577195),
	Drift: append(symmetric(2, 0.209515106613362, -0.143851773179818), 0),
}

// BlanesMoan6 is their sixth-order method S10: ten forces a step, symmetric, with
//
//	Kick  = (0.050, 0.414, 0.045, −0.188, 0.542, −0.726, …, symmetric),
//	Drift = (0.149, −0.132, 0.067, 0.433, −0.016, −0.016, …, symmetric).
//
// Its error at equal work is 5 to 4000 times below that of [Yoshida6]. Blanes,
// Moan (2002), table 2, "S10".
var BlanesMoan6 = &Composition{
	Name: "blanes-moan6", P: 6,
	Kick:  symmetric(1, 0.0502627644003922, 0.413514300428344, 0.0450798897943977, -0.188054853819569, 0.541960678450780),
	Drift: append(symmetric(2, 0.148816447901042, -0.132385865767784, 0.067307604692185, 0.432666402578175), 0),
}

// BlanesMoanNystrom6 is their sixth-order method of fourteen stages for a T
// quadratic in p, the Nyström method "S14": symmetric, 14 forces a step, drifting
// first, with
//
//	Drift = (0.038, 0.103, −0.026, 0.314, −0.130, 0.106, −0.009, 0.205, …, symmetric),
//	Kick  = (0.092, 0.184, −0.057, 0.005, 0.144, 0.329, −0.196, −0.196, …, symmetric).
//
// For Newton's equations the best sixth order here: on Kepler's problem its error
// is 100 times below that of [BlanesMoan6] at equal work. Blanes, Moan (2002),
// table 3.
var BlanesMoanNystrom6 = &Composition{
	Name: "blanes-moan-nystrom6", P: 6, Nystrom: true,
	Kick: append([]float64{0}, symmetric(2, 9.171915262446165e-2, 0.183983170005006, -5.653436583288827e-2,
		4.914688774712854e-3, 0.143761127168358, 0.328567693746804)...),
	Drift: symmetric(1, 3.785931984061157e-2, 0.102635633102435, -2.586788826655869e-2, 0.314241403071447,
		-0.130144459517415, 0.106417700369543, -8.794243128510581e-3),
}
