package system

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

// Recipe is a system with the way to solve it.
type Recipe struct {
	Name, Text string
	// Stages of collocation, for stiff systems; 0: a Taylor series.
	Stages int
	// Tol is that of Collocation; 0: 1e-11.
	Tol float64
	// Floor is the size below which components need no relative accuracy; 0:
	// 1e-25.
	Floor float64
}

// Solve returns the state at T, more accurately than the result may need, or
// less so but by other steps and another order, to compare.
func (r Recipe) Solve(tight bool) ([]dd.Real, error) {
	s, err := Parse(r.Text)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Stages == 0 && tight:
		return s.Taylor(30, 1e-30)
	case r.Stages == 0:
		return s.Taylor(24, 1e-26)
	}
	stages, tol, floor := r.Stages, r.Tol, r.Floor
	if tol == 0 {
		tol = 1e-11
	}
	if floor == 0 {
		floor = 1e-25
	}
	if !tight {
		stages, tol = stages-1, 10*tol
	}
	return s.Collocation(stages, tol, floor)
}

// Recipes lists the problems.
func Recipes() []Recipe {
	list := []Recipe{
		{Name: "lorenz10", Text: lorenz + "T = 10"},
		{Name: "lorenz20", Text: lorenz + "T = 20"},
		{Name: "arenstorf", Text: `
			m = 0.012277471
			n = 1 - m
			x' = u
			y' = v
			a = ((x + m)*(x + m) + y*y)*sqrt((x + m)*(x + m) + y*y)
			b = ((x - n)*(x - n) + y*y)*sqrt((x - n)*(x - n) + y*y)
			u' = x + 2*v - n*(x + m)/a - m*(x - n)/b
			v' = y - 2*u - n*y/a - m*y/b
			x(0) = 0.994
			v(0) = -2.00158510637908252240537862224
			T = 17.0652165601579625588917206249`},
		{Name: "kepler10", Text: twoBodies("0.6", "20*pi")},
		{Name: "pleiades", Text: stars()},
		{Name: "lotka", Text: `
			u' = 1.5*u - u*v
			v' = u*v - 3*v
			u(0) = 1
			v(0) = 1
			T = 10`},
		{Name: "bruss100", Text: brusselator(100, "0.001")},
		{Name: "robertson", Stages: 9, Text: `
			a' = -0.04*a + 10000*b*c
			b' = 0.04*a - 10000*b*c - 30000000*b*b
			c' = 30000000*b*b
			a(0) = 1
			T = 1e11`},
		{Name: "vdp1000", Stages: 9, Text: `
			y' = v
			v' = 1000*(1 - y*y)*v - y
			y(0) = 2
			T = 2000`},
		{Name: "hires", Stages: 9, Text: `
			y1' = -1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007
			y2' = 1.71*y1 - 8.75*y2
			y3' = -10.03*y3 + 0.43*y4 + 0.035*y5
			y4' = 8.32*y2 + 1.71*y3 - 1.12*y4
			y5' = -1.745*y5 + 0.43*y6 + 0.43*y7
			y6' = -280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7
			y7' = 280*y6*y8 - 1.81*y7
			y8' = -280*y6*y8 + 1.81*y7
			y1(0) = 1
			y8(0) = 0.0057
			T = 321.8122`},
		{Name: "orego", Stages: 9, Text: oregonator + "y1(0) = 1\n y2(0) = 2\n y3(0) = 3\n T = 360"},
		{Name: "bruss500", Stages: 7, Tol: 1e-9, Text: brusselator(500, "0.02")},
	}
	return slices.Concat(list, detest(), jumps(), stiffDetest(), more())
}

const lorenz = `
	x' = 10*(y - x)
	y' = x*(28 - z) - y
	z' = x*y - 8*z/3
	x(0) = 1
	`

// twoBodies starts at the perihelion of an orbit of eccentricity e.
func twoBodies(e, end string) string {
	return fmt.Sprintf(`
		x' = u
		y' = v
		r = sqrt(x*x + y*y)
		u' = -x/(r*r*r)
		v' = -y/(r*r*r)
		x(0) = 1 - %[1]s
		v(0) = sqrt((1 + %[1]s)/(1 - %[1]s))
		T = %[2]s`, e, end)
}

// sum joins a term for each j ≠ i up to n.
func sum(n, i int, term func(j int) string) string {
	var terms []string
	for j := 1; j <= n; j++ {
		if j != i {
			terms = append(terms, term(j))
		}
	}
	return strings.Join(terms, " + ")
}

func stars() string {
	var b strings.Builder
	for i := 1; i <= 7; i++ {
		fmt.Fprintf(&b, "x%d' = u%[1]d\n", i)
	}
	for i := 1; i <= 7; i++ {
		fmt.Fprintf(&b, "y%d' = v%[1]d\n", i)
	}
	for i := 1; i <= 7; i++ {
		for j := 1; j < i; j++ {
			fmt.Fprintf(&b, "q%d_%d = (x%[1]d - x%[2]d)*(x%[1]d - x%[2]d) + (y%[1]d - y%[2]d)*(y%[1]d - y%[2]d)\n", i, j)
			fmt.Fprintf(&b, "r%d_%d = q%[1]d_%[2]d*sqrt(q%[1]d_%[2]d)\n", i, j)
			fmt.Fprintf(&b, "r%d_%d = r%[2]d_%[1]d\n", j, i)
		}
	}
	for _, c := range []string{"x u", "y v"} {
		for i := 1; i <= 7; i++ {
			fmt.Fprintf(&b, "%c%d' = %s\n", c[2], i, sum(7, i, func(j int) string {
				return fmt.Sprintf("%[2]d*(%[1]c%[2]d - %[1]c%[3]d)/r%[3]d_%[2]d", c[0], j, i)
			}))
		}
	}
	for i, v := range []int{3, 3, -1, -3, 2, -2, 2} {
		fmt.Fprintf(&b, "x%d(0) = %d\n", i+1, v)
	}
	for i, v := range []int{3, -3, 2, 0, 0, -4, 4} {
		fmt.Fprintf(&b, "y%d(0) = %d\n", i+1, v)
	}
	b.WriteString("u6(0) = 1.75\nu7(0) = -1.5\nv4(0) = -1.25\nv5(0) = 1\nT = 3\n")
	return b.String()
}

func brusselator(n int, alpha string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "k = %s*%d*%[2]d\nu0 = 1\nv0 = 3\nu%[2]d = 1\nv%[2]d = 3\n", alpha, n+1)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "u%d' = 1 + u%[1]d*u%[1]d*v%[1]d - 4*u%[1]d + k*(u%[2]d - 2*u%[1]d + u%[3]d)\n", i, i-1, i+1)
		fmt.Fprintf(&b, "v%d' = 3*u%[1]d - u%[1]d*u%[1]d*v%[1]d + k*(v%[2]d - 2*v%[1]d + v%[3]d)\n", i, i-1, i+1)
		fmt.Fprintf(&b, "u%d(0) = 1 + sin(2*pi*%[1]d/%d)\nv%[1]d(0) = 3\n", i, n+1)
	}
	b.WriteString("T = 10\n")
	return b.String()
}
