package system

import (
	"fmt"
	"strings"
)

// detest lists the 25 problems of Hull, Enright, Fellen, Sedgwick, SIAM J.
// Numer. Anal. 9 (1972).
func detest() []Recipe {
	list := []Recipe{
		{Name: "a1", Text: "y' = -y\n y(0) = 1"},
		{Name: "a2", Text: "y' = -y*y*y/2\n y(0) = 1"},
		{Name: "a3", Text: "y' = y*cos(t)\n y(0) = 1"},
		{Name: "a4", Text: "y' = y/4*(1 - y/20)\n y(0) = 1"},
		{Name: "a5", Text: "y' = (y - t)/(y + t)\n y(0) = 4"},
		{Name: "b1", Text: "a' = 2*(a - a*b)\n b' = -(b - a*b)\n a(0) = 1\n b(0) = 3"},
		{Name: "b2", Text: "a' = -a + b\n b' = a - 2*b + c\n c' = b - c\n a(0) = 2\n c(0) = 1"},
		{Name: "b3", Text: "a' = -a\n b' = a - b*b\n c' = b*b\n a(0) = 1"},
		{Name: "b4", Text: "r = sqrt(x*x + y*y)\n x' = -y - x*z/r\n y' = x - y*z/r\n z' = x/r\n x(0) = 3"},
		{Name: "b5", Text: "a' = b*c\n b' = -a*c\n c' = -0.51*a*b\n b(0) = 1\n c(0) = 1"},
		{Name: "c1", Text: chain(func(int) int { return 1 })},
		{Name: "c2", Text: chain(func(i int) int { return i })},
		{Name: "c3", Text: heat(10)},
		{Name: "c4", Text: heat(51)},
		{Name: "c5", Text: planets()},
	}
	for i, e := range []string{"0.1", "0.3", "0.5", "0.7", "0.9"} {
		list = append(list, Recipe{Name: fmt.Sprintf("d%d", i+1), Text: twoBodies(e, "20")})
	}
	list = append(list,
		Recipe{Name: "e1", Text: `
			x = t + 1
			y' = v
			v' = -(v/x + (1 - 0.25/(x*x))*y)
			y(0) = sqrt(2/pi)*sin(1)
			v(0) = sqrt(2/pi)*(cos(1) - sin(1)/2)`},
		Recipe{Name: "e2", Text: "y' = v\n v' = (1 - y*y)*v - y\n y(0) = 2"},
		Recipe{Name: "e3", Text: "y' = v\n v' = y*y*y/6 - y + 2*sin(2.78535*t)"},
		Recipe{Name: "e4", Text: "y' = v\n v' = 0.032 - 0.4*v*v\n y(0) = 30"},
		Recipe{Name: "e5", Text: "y' = v\n v' = sqrt(1 + v*v)/(25 - t)"},
	)
	for i := range list {
		list[i].Name = "detest-" + list[i].Name
		list[i].Text += "\nT = 20"
	}
	return list
}

// chain is a radioactive decay with rate(i) from substance i to the next.
func chain(rate func(i int) int) string {
	var b strings.Builder
	b.WriteString("y1(0) = 1\ny1' = -y1\n")
	for i := 2; i < 10; i++ {
		fmt.Fprintf(&b, "y%d' = %d*y%d - %d*y%[1]d\n", i, rate(i-1), i-1, rate(i))
	}
	fmt.Fprintf(&b, "y10' = %d*y9\n", rate(9))
	return b.String()
}

// heat is the equation of heat conduction with zero at both ends.
func heat(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "y0 = 0\ny%d = 0\ny1(0) = 1\n", n+1)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "y%d' = y%d - 2*y%[1]d + y%[3]d\n", i, i-1, i+1)
	}
	return b.String()
}

// planets is the motion of five planets about the sun, place by place.
func planets() string {
	var b strings.Builder
	b.WriteString("g = 2.95912208286\nm0 = 1.00000597682\n")
	for j, m := range []string{"0.000954786104043", "0.000285583733151", "0.0000437273164546", "0.0000517759138449", "0.00000277777777778"} {
		fmt.Fprintf(&b, "m%d = %s\n", j+1, m)
	}
	for j := 1; j <= 5; j++ {
		for i := 1; i <= 3; i++ {
			fmt.Fprintf(&b, "y%d%d' = v%[1]d%[2]d\n", i, j)
		}
	}
	for j := 1; j <= 5; j++ {
		fmt.Fprintf(&b, "q%d = y1%[1]d*y1%[1]d + y2%[1]d*y2%[1]d + y3%[1]d*y3%[1]d\nr%[1]d = q%[1]d*sqrt(q%[1]d)\n", j)
		for k := 1; k < j; k++ {
			d := make([]string, 3)
			for i := range d {
				d[i] = fmt.Sprintf("(y%d%d - y%[1]d%[3]d)*(y%[1]d%[2]d - y%[1]d%[3]d)", i+1, j, k)
			}
			fmt.Fprintf(&b, "e%d%d = %s\nd%[1]d%[2]d = e%[1]d%[2]d*sqrt(e%[1]d%[2]d)\nd%[2]d%[1]d = d%[1]d%[2]d\n", j, k, strings.Join(d, " + "))
		}
	}
	for j := 1; j <= 5; j++ {
		for i := 1; i <= 3; i++ {
			fmt.Fprintf(&b, "v%d%d' = g*(-(m0 + m%[2]d)*y%[1]d%[2]d/r%[2]d + %s)\n", i, j, sum(5, j, func(k int) string {
				return fmt.Sprintf("m%[3]d*((y%[1]d%[3]d - y%[1]d%[2]d)/d%[2]d%[3]d - y%[1]d%[3]d/r%[3]d)", i, j, k)
			}))
		}
	}
	for k, v := range strings.Fields(`
		3.42947415189 3.35386959711 1.35494901715 6.64145542550 5.97156957878 2.18231499728
		11.2630437207 14.6952576794 6.27960525067 -30.1552268759 1.65699966404 1.43785752721
		-21.1238353380 28.4465098142 15.3882659679
		-.557160570446 .505696783289 .230578543901 -.415570776342 .365682722812 .169143213293
		-.325325669158 .189706021964 .0877265322780 -.0240476254170 -.287659532608 -.117219543175
		-.176860753121 -.216393453025 -.0148647893090`) {
		fmt.Fprintf(&b, "%c%d%d(0) = %s\n", "yv"[k/15], k%3+1, k%15/3+1, v)
	}
	return b.String()
}
