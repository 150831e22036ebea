package dd

import "math"

// Pi and the logarithm of 2.
var (
	Pi  = must("3.14159265358979323846264338327950288419716939937510582097494459")
	ln2 = must("0.693147180559945309417232121458176568075500134360255254120680009")
)

func must(s string) Real {
	x, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return x
}

// Sqrt returns √x, by one step of Newton's method.
func (x Real) Sqrt() Real {
	if x.Hi == 0 {
		return Real{}
	}
	y := From(math.Sqrt(x.Hi))
	return y.Add(x.Sub(y.Mul(y)).Div(y.Scale(2)))
}

// Exp returns e^x from the series at (x − k ln 2)/512, squared nine times in the
// form of e^x − 1.
func (x Real) Exp() Real {
	if x.Hi < -745 {
		return Real{}
	}
	k := math.Round(x.Hi / ln2.Hi)
	r := x.Sub(ln2.Scale(k)).Scale(1. / 512)
	s, term := r, r
	for i := 2.; i < 12; i++ {
		term = term.Mul(r).Div(From(i))
		s = s.Add(term)
	}
	for range 9 {
		s = s.Scale(2).Add(s.Mul(s))
	}
	s = s.Add(From(1))
	return Real{math.Ldexp(s.Hi, int(k)), math.Ldexp(s.Lo, int(k))}
}

// Log returns ln x, by one step of Newton's method.
func (x Real) Log() Real {
	y := From(math.Log(x.Hi))
	return y.Add(x.Mul(y.Neg().Exp()).Sub(From(1)))
}

// Sincos returns sin x and cos x from their series at x − kπ/2.
func (x Real) Sincos() (sin, cos Real) {
	k := math.Round(x.Hi / (Pi.Hi / 2))
	r := x.Sub(Pi.Scale(k / 2))
	minus := r.Mul(r).Neg()
	sin, cos = r, From(1)
	s, c := sin, cos
	for i := 1.; i < 29; i += 2 {
		c = c.Mul(minus).Div(From(i * (i + 1)))
		s = s.Mul(minus).Div(From((i + 1) * (i + 2)))
		cos, sin = cos.Add(c), sin.Add(s)
	}
	switch int64(k) & 3 {
	case 1:
		return cos, sin.Neg()
	case 2:
		return sin.Neg(), cos.Neg()
	case 3:
		return cos.Neg(), sin
	}
	return sin, cos
}
