package symplectic

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ErrComposition is wrapped by the errors of Validate.
var ErrComposition = errors.New("symplectic: bad composition")

// Validate checks the order conditions up to P. The step is the product
//
//	Π_i exp(Kick_i h B) exp(Drift_i h A)
//
// of the Lie operators of V and T, which do not commute; it has order P if that
// agrees with exp(h(A+B)) up to h^P, that is, if the coefficient of every word
// of n ≤ P letters A and B is 1/n!. Tolerance: 1e-14 for each.
//
// For a Nystrom method they need to agree only but for a combination of words
// that vanish, u R v with any words u and v and
//
//	R = [B, [B, [B, A]]] = BBBA − 3 BBAB + 3 BABB − ABBB = 0,
//
// since each bracket with V lowers the degree in p, which is 2 in T, by one. Up to
// the sixth order, and no further here, that is all that vanishes.
//
// Errors wrap [ErrComposition] and name the word. Hairer, Lubich, Wanner (2006),
// section III.5; McLachlan, Quispel (2002).
func (c *Composition) Validate() error {
	if len(c.Kick) == 0 || len(c.Kick) != len(c.Drift) {
		return fmt.Errorf("%w: %s has %d kicks and %d drifts", ErrComposition, c.Name, len(c.Kick), len(c.Drift))
	}
	order, most := c.P, 16
	if c.Nystrom {
		most = 6
	}
	if order < 1 || order > most {
		return fmt.Errorf("%w: %s claims order %d, want 1 to %d", ErrComposition, c.Name, order, most)
	}
	words := make([][]float64, order+1) // by length; a word's letters are its bits, A = 1
	for n := range words {
		words[n] = make([]float64, 1<<n)
	}
	words[0][0] = 1
	for i := range c.Kick {
		timesExp(words, c.Kick[i], 0)
		timesExp(words, c.Drift[i], 1)
	}
	want := 1.0
	for n := 1; n <= order; n++ {
		want /= float64(n)
		for w := range words[n] {
			words[n][w] -= want
		}
		if c.Nystrom {
			withoutIdeal(words[n], n)
		}
		for w, excess := range words[n] {
			if !(math.Abs(excess) <= 1e-14) {
				return fmt.Errorf("%w: %s is of order %d: the word %0*b (A = 1, B = 0) is off its coefficient 1/%d! by %.2e",
					ErrComposition, c.Name, n-1, n, w, n, excess)
			}
		}
	}
	return nil
}

// withoutIdeal leaves of a combination of words of n letters what is orthogonal to
// all u R v.
func withoutIdeal(words []float64, n int) {
	if n < 4 {
		return
	}
	free := n - 4 // letters of u and v
	span := mat.NewDense(len(words), (free+1)<<free, nil)
	for column := range (free + 1) << free {
		uv, right := column&(1<<free-1), column>>free
		u, v := uv>>right, uv&(1<<right-1)
		for r, c := range map[int]float64{0b0001: 1, 0b0010: -3, 0b0100: 3, 0b1000: -1} {
			span.Set(u<<(right+4)|r<<right|v, column, c)
		}
	}
	excess := mat.NewVecDense(len(words), words)
	var x, inside mat.VecDense
	if err := x.SolveVec(span, excess); err != nil {
		panic(err) // not for n ≤ 6, where the u R v are independent
	}
	inside.MulVec(span, &x)
	excess.SubVec(excess, &inside)
}

// timesExp multiplies a series in words by exp(c·letter) from the right.
func timesExp(words [][]float64, c float64, letter int) {
	for n := len(words) - 1; n > 0; n-- { // longest first: shorter ones are still the old ones
		for w := range words[n] {
			factor := 1.0
			for k := 1; k <= n && w>>(k-1)&1 == letter; k++ {
				factor *= c / float64(k)
				words[n][w] += factor * words[n-k][w>>k]
			}
		}
	}
}
