// Package dd is arithmetic on sums of two float64, 106 bits: Dekker, Numer.
// Math. 18 (1971); Hida, Li, Bailey, Proc. ARITH-15 (2001). Reference solutions
// are computed in it.
package dd

import (
	"fmt"
	"math"
	"math/big"
)

// Real is the number Hi + Lo, |Lo| ≤ ulp(Hi)/2.
type Real struct{ Hi, Lo float64 }

// From returns the number x.
func From(x float64) Real { return Real{Hi: x} }

// Parse returns the number nearest to a decimal such as -1.7e-3.
func Parse(s string) (Real, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Real{}, fmt.Errorf("dd: %q is not a number", s)
	}
	hi, _ := r.Float64()
	if math.IsInf(hi, 0) {
		return Real{}, fmt.Errorf("dd: %s is too large", s)
	}
	lo, _ := r.Sub(r, new(big.Rat).SetFloat64(hi)).Float64()
	return Real{hi, lo}, nil
}

// Text returns x with so many decimals after the first digit.
func (x Real) Text(decimals int) string {
	b := new(big.Float).SetPrec(2200).SetFloat64(x.Hi)
	return b.Add(b, new(big.Float).SetFloat64(x.Lo)).Text('e', decimals)
}

// twoSum is a + b without error. Knuth.
func twoSum(a, b float64) Real {
	s := a + b
	v := s - a
	return Real{s, (a - (s - v)) + (b - v)}
}

// normal is a + b without error if |a| ≥ |b|. Dekker.
func normal(a, b float64) Real {
	s := a + b
	return Real{s, b - (s - a)}
}

// product is a·b without error. The conversion keeps compilers from fusing.
func product(a, b float64) Real {
	p := float64(a * b)
	return Real{p, math.FMA(a, b, -p)}
}

// Add returns x + y.
func (x Real) Add(y Real) Real {
	s, t := twoSum(x.Hi, y.Hi), twoSum(x.Lo, y.Lo)
	s = normal(s.Hi, s.Lo+t.Hi)
	return normal(s.Hi, s.Lo+t.Lo)
}

// Neg returns −x.
func (x Real) Neg() Real { return Real{-x.Hi, -x.Lo} }

// Sub returns x − y.
func (x Real) Sub(y Real) Real { return x.Add(y.Neg()) }

// Mul returns x·y.
func (x Real) Mul(y Real) Real {
	p := product(x.Hi, y.Hi)
	return normal(p.Hi, p.Lo+(x.Hi*y.Lo+x.Lo*y.Hi))
}

// Scale returns x·f.
func (x Real) Scale(f float64) Real {
	p := product(x.Hi, f)
	return normal(p.Hi, p.Lo+x.Lo*f)
}

// Div returns x/y by long division with three digits of 53 bits.
func (x Real) Div(y Real) Real {
	a := x.Hi / y.Hi
	r := x.Sub(y.Scale(a))
	b := r.Hi / y.Hi
	r = r.Sub(y.Scale(b))
	return normal(a, b).Add(From(r.Hi / y.Hi))
}

// Abs returns |x|.
func (x Real) Abs() Real {
	if x.Hi < 0 {
		return x.Neg()
	}
	return x
}

// IsNaN tells whether x is not a number.
func (x Real) IsNaN() bool { return x.Hi != x.Hi || x.Lo != x.Lo }
