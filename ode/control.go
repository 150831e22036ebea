package ode

import (
	"fmt"
	"math"
)

// Filter chooses the next step from the last three error norms e and the last
// three steps h, with k the order of the estimate plus one:
//
//	h' = safety · h · (1/e_n)^(β₁/k) (1/e_(n−1))^(β₂/k) (1/e_(n−2))^(β₃/k)
//	              · (h_n/h_(n−1))^(−α₂) (h_(n−1)/h_(n−2))^(−α₃)
//
// within Least and Most of h; after a rejection h' = safety · h · e^(−1/k), and
// the step after one does not grow. Söderlind, ACM Trans. Math. Softw. 29 (2003),
// "Digital filters in adaptive time-stepping", eq. 31 and table III, whose
// coefficients are divided there by k too.
type Filter struct {
	Beta                [3]float64
	Alpha               [2]float64
	Safety, Least, Most float64 // 0: 0.9, 0.2, 10
}

// The filters in use. PI is the default: fewer rejections than I at hardly more
// steps (Gustafsson 1991; the exponents are those of Hairer, Wanner (1996), eq.
// IV.2.43c). PID is that of Kennedy, Carpenter (2003). H211PI and H211b smooth the
// sequence of steps, which helps where output must depend smoothly on
// parameters; H312PID and H312b do so more strongly.
var (
	I       = Filter{Beta: [3]float64{1}}
	PI      = Filter{Beta: [3]float64{0.7, -0.4}}
	PID     = Filter{Beta: [3]float64{0.58, -0.21, 0.1}}
	H211PI  = Filter{Beta: [3]float64{1. / 6, 1. / 6}}
	H211b   = Filter{Beta: [3]float64{1. / 4, 1. / 4}, Alpha: [2]float64{1. / 4}}
	H312PID = Filter{Beta: [3]float64{1. / 18, 1. / 9, 1. / 18}}
	H312b   = Filter{Beta: [3]float64{1. / 8, 2. / 8, 1. / 8}, Alpha: [2]float64{3. / 8, 1. / 8}}
)

func (f Filter) check() error {
	for _, v := range []float64{f.Beta[0], f.Beta[1], f.Beta[2], f.Alpha[0], f.Alpha[1], f.Safety, f.Least, f.Most} {
		if v-v != 0 {
			return fmt.Errorf("a Filter %v has coefficients that are not finite", f)
		}
	}
	f = f.filled()
	if f.Beta[0] <= 0 || f.Safety <= 0 || f.Safety > 1 || f.Least <= 0 || f.Least >= 1 || f.Most <= 1 {
		return fmt.Errorf("a Filter %v: want β₁ > 0, 0 < Safety ≤ 1, 0 < Least < 1 < Most", f)
	}
	return nil
}

func (f Filter) filled() Filter {
	if f.Beta == [3]float64{} {
		f.Beta, f.Alpha = PI.Beta, PI.Alpha
	}
	if f.Safety == 0 {
		f.Safety = 0.9
	}
	if f.Least == 0 {
		f.Least = 0.2
	}
	if f.Most == 0 {
		f.Most = 10
	}
	return f
}

// controller works in logarithms of base two.
type controller struct {
	beta                [3]float64 // divided by k
	alpha               [2]float64
	safety, least, most float64 // logarithms
	k                   float64
	State
}

// fresh is the error norm taken for steps there were none of.
const fresh = 1e-4

func newController(f Filter, k int, from State) controller {
	f = f.filled()
	c := controller{alpha: f.Alpha, safety: math.Log2(f.Safety), least: math.Log2(f.Least), most: math.Log2(f.Most), k: float64(k), State: from}
	for i, b := range f.Beta {
		c.beta[i] = b / c.k
	}
	if from == (State{}) {
		c.Errors = [2]float64{math.Log2(fresh), math.Log2(fresh)}
	}
	return c
}

// reject returns h'/h after a step of the given squared error norm.
func (c *controller) reject(norm2 float64) float64 {
	c.Rejected = true
	return math.Exp2(max(c.least, c.safety-math.Log2(norm2)/(2*c.k)))
}

// accept returns h'/h after an accepted step.
func (c *controller) accept(norm2 float64) float64 {
	e := max(math.Log2(norm2)/2, math.Log2(1e-10))
	r := c.safety - c.beta[0]*e - c.beta[1]*c.Errors[0] - c.beta[2]*c.Errors[1] - c.alpha[0]*c.Ratios[0] - c.alpha[1]*c.Ratios[1]
	top := c.most
	if c.Rejected {
		top = 0
	}
	r = min(top, max(c.least, r))
	c.Errors = [2]float64{max(e, math.Log2(fresh)), c.Errors[0]}
	c.Ratios = [2]float64{r, c.Ratios[0]}
	c.Rejected = false
	return math.Exp2(r)
}
