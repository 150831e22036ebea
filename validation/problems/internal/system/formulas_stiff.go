package system

import (
	"fmt"
	"strings"
)

// stiffDetest lists problems of Enright, Hull, Lindberg, BIT 15 (1975), and of
// Enright, Pryce, ACM Trans. Math. Software 13 (1987).
func stiffDetest() []Recipe {
	list := []Recipe{
		{Name: "a1", Text: "a' = -0.5*a\n b' = -b\n c' = -100*c\n d' = -90*d\n T = 20" + ones("abcd")},
		{Name: "a2", Text: stiffA2()},
		{Name: "a3", Text: `
			a' = -10000*a + 100*b - 10*c + d
			b' = -1000*b + 10*c - 10*d
			c' = -c + 10*d
			d' = -0.1*d
			T = 20` + ones("abcd")},
		{Name: "a4", Text: stiffA4()},
		{Name: "b1", Text: `
			a' = -a + b
			b' = -100*a - b
			c' = -100*c + d
			d' = -10000*c - 100*d
			a(0) = 1
			c(0) = 1
			T = 20`},
		{Name: "c1", Text: `
			a' = -a + b*b + c*c + d*d
			b' = -10*b + 10*(c*c + d*d)
			c' = -40*c + 40*d*d
			d' = -100*d + 2
			T = 20` + ones("abcd")},
		{Name: "d1", Text: `
			a' = 0.2*(b - a)
			b' = 10*a - (60 - 0.125*c)*b + 0.125*c
			c' = 1
			T = 400`},
		{Name: "d2", Text: `
			a' = -0.04*a + 0.01*b*c
			b' = 400*a - 100*b*c - 3000*b*b
			c' = 30*b*b
			a(0) = 1
			T = 40`},
		{Name: "d3", Text: `
			a' = c - 100*a*b
			b' = c + 2*d - 100*a*b - 20000*b*b
			c' = -c + 100*a*b
			d' = -d + 10000*b*b
			a(0) = 1
			b(0) = 1
			T = 20`},
		{Name: "d4", Text: `
			a' = -0.013*a - 1000*a*c
			b' = -2500*b*c
			c' = -0.013*a - 1000*a*c - 2500*b*c
			a(0) = 1
			b(0) = 1
			T = 50`},
		{Name: "d5", Text: `
			a' = 0.01 - (1 + (a + 1000)*(a + 1))*(0.01 + a + b)
			b' = 0.01 - (1 + b*b)*(0.01 + a + b)
			T = 100`},
		{Name: "d6", Text: `
			p = -a + 100000000*c*(1 - a)
			q = -10*b + 30000000*c*(1 - b)
			a' = p
			b' = q
			c' = -p - q
			a(0) = 1
			T = 1`},
		{Name: "e1", Floor: 1e-16, Text: `
			g = 100
			a' = b
			b' = c
			c' = d
			d' = (a*a - sin(a) - g*g*g*g)*a + (b*c/(a*a + 1) - 4*g*g*g)*b + (1 - 6*g*g)*c + (10*exp(-d*d) - 4*g)*d + 1
			T = 1`},
		{Name: "e2", Text: "y' = v\n v' = 5*(1 - y*y)*v - y\n y(0) = 2\n T = 1"},
		{Name: "e3", Text: `
			a' = -(55 + c)*a + 65*b
			b' = 0.0785*(a - b)
			c' = 0.1*a
			a(0) = 1
			b(0) = 1
			T = 500`},
		{Name: "e4", Text: `
			p = (-a + b + c + d)/2
			q = (a - b + c + d)/2
			r = (a + b - c + d)/2
			s = (a + b + c - d)/2
			pp = 10*p + 10*q + (p*p - q*q)/2
			qq = -10*p + 10*q + p*q
			rr = -1000*r + r*r
			ss = -0.01*s + s*s
			a' = (-pp + qq + rr + ss)/2
			b' = (pp - qq + rr + ss)/2
			c' = (pp + qq - rr + ss)/2
			d' = (pp + qq + rr - ss)/2
			b(0) = -2
			c(0) = -1
			d(0) = -1
			T = 1000`},
		{Name: "e5", Text: pyrolysis + "T = 1000"},
		{Name: "f2", Text: `
			a' = -a - a*b + 294*b
			b' = a*(1 - b)/98 - 3*b
			a(0) = 1
			T = 240`},
		{Name: "f3", Text: `
			a' = -10000000*b*a + 10*c
			b' = -10000000*b*a - 10000000*b*e + 10*c + 10*d
			c' = 10000000*b*a - 10010*c + 0.001*d
			d' = 10000*c - 10.001*d + 10000000*b*e
			e' = 10*d - 10000000*b*e
			a(0) = 4e-6
			b(0) = 1e-6
			T = 100`},
		{Name: "f4", Text: oregonator + "y1(0) = 4\n y2(0) = 1.1\n y3(0) = 4\n T = 300"},
		{Name: "f5", Text: `
			k = 1e11
			a' = k*(-3*a*b + 0.0012*d - 9*a*c)
			b' = k*(-3*a*b + 0.0002*d)
			c' = k*(-9*a*c + 0.001*d)
			d' = k*(3*a*b - 0.0012*d + 9*a*c)
			a(0) = 3.365e-7
			b(0) = 8.261e-3
			c(0) = 1.642e-3
			d(0) = 9.38e-6
			T = 100`},
	}
	for i, alpha := range []string{"3", "8", "25", "100"} {
		list = append(list, Recipe{Name: fmt.Sprintf("b%d", i+2), Text: "k = " + alpha + `
			a' = -10*a + k*b
			b' = -k*a - 10*b
			c' = -4*c
			d' = -d
			e' = -0.5*e
			f' = -0.1*f
			T = 20` + ones("abcdef")})
	}
	for i, beta := range []string{"0.1", "1", "10", "20"} {
		list = append(list, Recipe{Name: fmt.Sprintf("c%d", i+2), Text: "k = " + beta + `
			a' = -a + 2
			b' = -10*b + k*a*a
			c' = -40*c + 4*k*(a*a + b*b)
			d' = -100*d + 10*k*(a*a + b*b + c*c)
			T = 20` + ones("abcd")})
	}
	for i := range list {
		list[i].Name = "stiff-" + list[i].Name
		list[i].Stages = 9
	}
	return list
}

// ones starts all components at 1.
func ones(names string) string {
	text := "\n"
	for _, c := range names {
		text += string(c) + "(0) = 1\n"
	}
	return text
}

func stiffA2() string {
	var b strings.Builder
	b.WriteString("y1' = -1800*y1 + 900*y2\n")
	for i := 2; i <= 8; i++ {
		fmt.Fprintf(&b, "y%d' = y%d - 2*y%[1]d + y%[3]d\n", i, i-1, i+1)
	}
	b.WriteString("y9' = 1000*y8 - 2000*y9 + 1000\nT = 120\n")
	return b.String()
}

func stiffA4() string {
	var b strings.Builder
	for i := 1; i <= 10; i++ {
		fmt.Fprintf(&b, "y%d' = -%d*y%[1]d\ny%[1]d(0) = 1\n", i, i*i*i*i*i)
	}
	b.WriteString("T = 1\n")
	return b.String()
}

const oregonator = `
	y1' = 77.27*(y2 + y1*(1 - 8.375e-6*y1 - y2))
	y2' = (y3 - (1 + y1)*y2)/77.27
	y3' = 0.161*(y1 - y3)
	`

const pyrolysis = `
	a = 7.89e-10*y1
	b = 11000000*y1*y3
	c = 1130000000*y2*y3
	d = 1130*y4
	y1' = -a - b
	y2' = a - c
	y3' = a - b + d - c
	y4' = b - d
	y1(0) = 0.00176
	`
