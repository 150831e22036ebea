package integrators

// DormandPrince is the pair 5(4) known as RK45 and DOPRI5: fifth order with an
// embedded fourth, seven stages, of which the last is the next step's first, so
// six evaluations a step; stable on the real axis to hλ = −3.3. The method to
// start with on non-stiff problems at tolerances 1e-4 to 1e-8. Its interpolant
// is of fourth order and costs nothing.
//
// Dormand, Prince (1980), table 2; the interpolant of Shampine in the form of
// Hairer, Nørsett, Wanner (1993), section II.6, eq. 6.12.
var DormandPrince = &Tableau{
	Name: "dormand-prince5", P: 5, Est: 4,
	A: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	B:      []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84, 0},
	E:      []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40},
	C:      []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
	DenseP: 4,
	Dense: [][]float64{
		{1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
		{},
		{0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
		{0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
		{0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
		{0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
		{0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
	},
}
