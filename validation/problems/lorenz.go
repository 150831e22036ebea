package problems

var (
	lorenz10 = lorenzTo("lorenz10", 10)
	lorenz20 = lorenzTo("lorenz20", 20)
)

// lorenzTo is chaotic: errors grow like e^(0.9 t), to 10⁴ and 10⁸ of their size.
func lorenzTo(name string, t1 float64) Problem {
	return Problem{
		Name: name,
		Doc:  "convection, σ = 10, ρ = 28, β = 8/3. Lorenz, J. Atmos. Sci. 20 (1963), eqs. 25-27",
		F:    lorenz, T1: t1, Y0: []float64{1, 0, 0},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -10)
			set(0, 1, 10)
			set(1, 0, 28-y[2])
			set(1, 1, -1)
			set(1, 2, -y[0])
			set(2, 0, y[1])
			set(2, 1, y[0])
			set(2, 2, -8./3)
		},
	}
}

func lorenz(dst []float64, _ float64, y []float64) error {
	d, s := (*[3]float64)(dst), (*[3]float64)(y)
	d[0] = 10 * (s[1] - s[0])
	d[1] = s[0]*(28-s[2]) - s[1]
	d[2] = s[0]*s[1] - 8./3*s[2]
	return nil
}
