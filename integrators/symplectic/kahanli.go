package symplectic

// KahanLi6 composes nine Verlet steps to order 6 with the smallest largest step,
// 0.80 h. In the argument of [Strang],
//
//	w = (0.392, 0.333, −0.706, 0.082).
//
// Symmetric, nine forces a step. Kahan, Li (1997), s9odr6a; Hairer, Lubich,
// Wanner (2006), eq. V.3.12.
var KahanLi6 = Strang("kahan-li6", 6,
	0.39216144400731413927925056, 0.33259913678935943859974864,
	-0.70624617255763935980996482, 0.08221359629355080023149045)

// KahanLi8 composes 17 Verlet steps to order 8 with the smallest largest step,
// 0.61 h: the method near rounding. In the argument of [Strang],
//
//	w = (0.130, 0.561, −0.389, 0.159, −0.396, 0.185, 0.258, 0.295).
//
// Symmetric, 17 forces a step. Kahan, Li (1997), s17odr8a; Hairer, Lubich, Wanner
// (2006), eq. V.3.13.
var KahanLi8 = Strang("kahan-li8", 8,
	0.13020248308889008087881763, 0.56116298177510838456196441, -0.38947496264484728640807860,
	0.15884190655515560089621075, -0.39590389413323757733623154, 0.18453964097831570709183254,
	0.25837438768632204729397911, 0.29501172360931029887096624)
