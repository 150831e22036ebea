package system

import (
	"fmt"
	"strconv"
	"strings"
)

// more lists the Test Set for IVP Solvers (Mazzia, Magherini, 2008) and others.
func more() []Recipe {
	return []Recipe{
		{Name: "henonheiles", Text: `
			x' = u
			y' = v
			u' = -x - 2*x*y
			v' = -y - x*x + y*y
			y(0) = 0.1
			u(0) = 0.5
			T = 100`},
		{Name: "vdpol", Stages: 9, Text: `
			y' = v
			v' = ((1 - y*y)*v - y)/0.000001
			y(0) = 2
			T = 2`},
		{Name: "e5", Stages: 9, Floor: 1e-45, Text: pyrolysis + "T = 1e13"},
		{Name: "pollu", Stages: 9, Text: pollution()},
		{Name: "ringmod", Stages: 9, Tol: 1e-9, Floor: 1e-12, Text: ringModulator},
		{Name: "flame", Stages: 9, Text: "y' = y*y - y*y*y\n y(0) = 0.0001\n T = 20000"},
		{Name: "flame-front", Stages: 9, Text: "y' = y*y - y*y*y\n y(0) = 0.0001\n T = 10008"},
		{Name: "prothero", Stages: 9, Text: `
			y' = -1000000*(y - sin(t + pi/4)) + cos(t + pi/4)
			y(0) = sin(pi/4)
			T = 10`},
		{Name: "curtiss", Stages: 9, Text: "y' = -50*(y - cos(t))\n T = 1.5"},
		{Name: "robertson-dae", Stages: 9, Floor: 1e-8, Text: `
			a' = -0.04*a + 10000*b*c
			b' = 0.04*a - 10000*b*c - 30000000*b*b
			c' = a + b + c - 1
			M(1,1) = 1
			M(2,2) = 1
			a(0) = 1
			T = 1e11`},
		{Name: "akzo", Stages: 9, Text: akzo},
		{Name: "transamp", Stages: 9, Floor: 1e-3, Text: transistors},
	}
}

// jumps lists the non-stiff class F of Enright, Pryce, ACM Trans. Math. Software
// 13 (1987), without F5; s is 1 and −1 by turns.
func jumps() []Recipe {
	const s = "s = cos(pi*floor(t))\n T = 20\n"
	return []Recipe{
		{Name: "jump-f1", Text: s + "y' = v\n v' = 2*0.1*v - (pi*pi + 0.1*0.1)*y + s"},
		{Name: "jump-f2", Text: s + "y' = 55 - (1 + s/2)*y\n y(0) = 110"},
		{Name: "jump-f3", Text: s + "y' = v\n v' = 0.01*v*(1 - y*y) - y - s*sin(pi*t)"},
		{Name: "jump-f4", Text: `
			later = floor((t + 10)/20)
			y' = (1 - later)*(-2/21 - 120*(t - 5)/(1 + 4*(t - 5)*(t - 5))) - later*2*y
			y(0) = 1
			T = 20`},
	}
}

// pollution is written as reactions: what they use and what they make.
func pollution() string {
	reactions := strings.Split(strings.TrimSpace(`
		.35 1 > 2 3
		26.6 2 4 > 1
		12300 5 2 > 6 1
		.00086 7 > 5 5 8
		.00082 7 > 8
		15000 7 6 > 5 8
		.00013 9 > 5 8 10
		24000 9 6 > 11
		16500 11 2 > 10 12 1
		9000 11 1 > 13
		.022 13 > 11 1
		12000 10 2 > 14 1
		1.88 14 > 7 5
		16300 1 6 > 15
		4800000 3 > 4
		.00035 4 > 16
		.0175 4 > 3
		100000000 16 > 6 6
		444000000000 16 > 3
		1240 17 6 > 18 5
		2.1 19 > 2
		5.78 19 > 1 3
		.0474 1 4 > 19
		1780 19 1 > 20
		3.12 20 > 1 19`), "\n")
	var b strings.Builder
	var f [21]string
	for i, r := range reactions {
		from, to, _ := strings.Cut(r, ">")
		used := strings.Fields(from)
		fmt.Fprintf(&b, "r%d = %s*y%s\n", i+1, used[0], strings.Join(used[1:], "*y"))
		add := func(list []string, sign string) {
			for _, s := range list {
				k, err := strconv.Atoi(s)
				if err != nil {
					panic(err) // the table above has numbers
				}
				f[k] += fmt.Sprintf(" %s r%d", sign, i+1)
			}
		}
		add(used[1:], "-")
		add(strings.Fields(to), "+")
	}
	for k := 1; k <= 20; k++ {
		fmt.Fprintf(&b, "y%d' = 0%s\n", k, f[k])
	}
	b.WriteString("y2(0) = 0.2\ny4(0) = 0.04\ny7(0) = 0.1\ny8(0) = 0.3\ny9(0) = 0.01\ny17(0) = 0.007\nT = 60\n")
	return b.String()
}

const ringModulator = `
	c = 1.6e-8
	cs = 2e-12
	cp = 1e-8
	r = 25000
	rp = 50
	lh = 4.45
	ls1 = 0.002
	ls2 = 0.0005
	ls3 = 0.0005
	rg1 = 36.3
	rg2 = 17.3
	rg3 = 17.3
	ri = 50
	rc = 600
	gamma = 40.67286402e-9
	delta = 17.7493332
	in1 = 0.5*sin(2000*pi*t)
	in2 = 2*sin(20000*pi*t)
	q1 = gamma*(exp(delta*(y3 - y5 - y7 - in2)) - 1)
	q2 = gamma*(exp(delta*(-y4 + y6 - y7 - in2)) - 1)
	q3 = gamma*(exp(delta*(y4 + y5 + y7 + in2)) - 1)
	q4 = gamma*(exp(delta*(-y3 - y6 + y7 + in2)) - 1)
	y1' = (y8 - 0.5*y10 + 0.5*y11 + y14 - y1/r)/c
	y2' = (y9 - 0.5*y12 + 0.5*y13 + y15 - y2/r)/c
	y3' = (y10 - q1 + q4)/cs
	y4' = (-y11 + q2 - q3)/cs
	y5' = (y12 + q1 - q3)/cs
	y6' = (-y13 - q2 + q4)/cs
	y7' = (-y7/rp + q1 + q2 - q3 - q4)/cp
	y8' = -y1/lh
	y9' = -y2/lh
	y10' = (0.5*y1 - y3 - rg2*y10)/ls2
	y11' = (-0.5*y1 + y4 - rg3*y11)/ls3
	y12' = (0.5*y2 - y5 - rg2*y12)/ls2
	y13' = (-0.5*y2 + y6 - rg3*y13)/ls3
	y14' = (-y1 + in1 - (ri + rg1)*y14)/ls1
	y15' = (-y2 - (rc + rg1)*y15)/ls1
	T = 0.001`

const akzo = `
	r1 = 18.7*y1*y1*y1*y1*sqrt(y2)
	r2 = 0.58*y3*y4
	r3 = 0.58/34.4*y1*y5
	r4 = 0.09*y1*y4*y4
	r5 = 0.42*y6*y6*sqrt(y2)
	in = 3.3*(0.9/737 - y2)
	y1' = -2*r1 + r2 - r3 - r4
	y2' = -0.5*r1 - r4 - 0.5*r5 + in
	y3' = r1 - r2 + r3
	y4' = -r2 + r3 - 2*r4
	y5' = r2 - r3 + r5
	y6' = 115.83*y1*y4 - y6
	M(1,1) = 1
	M(2,2) = 1
	M(3,3) = 1
	M(4,4) = 1
	M(5,5) = 1
	y1(0) = 0.444
	y2(0) = 0.00123
	y4(0) = 0.007
	y6(0) = 115.83*0.444*0.007
	T = 180`

const transistors = `
	in = 0.1*sin(200*pi*t)
	g1 = 1e-6*(exp((y2 - y3)/0.026) - 1)
	g2 = 1e-6*(exp((y5 - y6)/0.026) - 1)
	y1' = (y1 - in)/1000
	y2' = y2/9000 + (y2 - 6)/9000 + 0.01*g1
	y3' = y3/9000 - g1
	y4' = (y4 - 6)/9000 + 0.99*g1
	y5' = y5/9000 + (y5 - 6)/9000 + 0.01*g2
	y6' = y6/9000 - g2
	y7' = (y7 - 6)/9000 + 0.99*g2
	y8' = y8/9000
	M(1,1) = -1e-6
	M(1,2) = 1e-6
	M(2,1) = 1e-6
	M(2,2) = -1e-6
	M(3,3) = -2e-6
	M(4,4) = -3e-6
	M(4,5) = 3e-6
	M(5,4) = 3e-6
	M(5,5) = -3e-6
	M(6,6) = -4e-6
	M(7,7) = -5e-6
	M(7,8) = 5e-6
	M(8,7) = 5e-6
	M(8,8) = -5e-6
	y2(0) = 3
	y3(0) = 3
	y4(0) = 6
	y5(0) = 3
	y6(0) = 3
	y7(0) = 6
	T = 0.2`
