package problems

import "fmt"

var stiffC = []Problem{
	{
		Name: "stiff-c1", Doc: "coupling from fast to slow equations. " + stiffSource + "C1",
		Stiff: true, T1: 20, Y0: []float64{1, 1, 1, 1}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			b, c, e := s[1]*s[1], s[2]*s[2], s[3]*s[3]
			d[0] = -s[0] + b + c + e
			d[1] = -10*s[1] + 10*(c+e)
			d[2] = -40*s[2] + 40*e
			d[3] = -100*s[3] + 2
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			for i, w := range []float64{1, 10, 40, 100} {
				set(i, i, -w)
				for j := i + 1; j < 4; j++ {
					set(i, j, 2*w*y[j])
				}
			}
		},
	},
	slowToFast("C2", 0.1), slowToFast("C3", 1), slowToFast("C4", 10), slowToFast("C5", 20),
}

func slowToFast(name string, beta float64) Problem {
	return Problem{
		Name: "stiff-c" + name[1:], Doc: fmt.Sprintf("coupling from slow to fast equations, β = %g. %s%s", beta, stiffSource, name),
		Stiff: true, T1: 20, Y0: []float64{1, 1, 1, 1}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			a, b, c := s[0]*s[0], s[1]*s[1], s[2]*s[2]
			d[0] = -s[0] + 2
			d[1] = -10*s[1] + beta*a
			d[2] = -40*s[2] + 4*beta*(a+b)
			d[3] = -100*s[3] + 10*beta*(a+b+c)
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			for i, w := range []struct{ rate, in float64 }{{1, 0}, {10, 1}, {40, 4}, {100, 10}} {
				set(i, i, -w.rate)
				for j := range i {
					set(i, j, 2*w.in*beta*y[j])
				}
			}
		},
	}
}
