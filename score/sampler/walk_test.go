package sampler_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

// A walk from DDPM to the probability flow in five examples, each of which prints
// the number that its derivation ends with. The order and the notation are those
// of Su Jianlin's series on diffusion models (2022, kexue.fm, parts 1 to 6): one
// step is x_t = α x_{t−1} + β ε with α² + β² = 1, all steps up to t make
// x_t = ᾱ x_0 + β̄ ε. Here ᾱ and β̄ are the α and σ of a level.

var vp = sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}

// transition is one step's α and β, from the noised end of it to the other.
func transition(from, to sde.Level) (alpha, beta float64) {
	alpha = from.Alpha / to.Alpha
	return alpha, math.Sqrt(from.Sigma*from.Sigma - alpha*alpha*to.Sigma*to.Sigma)
}

// kernel is the law N(mean, variance) of one step of a rule from x.
func kernel(rule sampler.Rule, model score.Model, t, s, x float64) (mean, variance float64) {
	grid, err := sampler.NewGrid(vp, []float64{t, s}, false)
	if err != nil {
		panic(err)
	}
	run := func(z float64) float64 {
		out := make([]float64, 1)
		c := sampler.Config{Process: vp, Model: model, Rule: rule, Grid: grid, Start: []float64{x}, Source: constant(z)}
		if _, err := sampler.Sample(context.Background(), out, c); err != nil {
			panic(err)
		}
		return out[0]
	}
	mean = run(0)
	return mean, math.Pow(run(1)-mean, 2)
}

// DDPM is a variational autoencoder: the encoder adds noise in T fixed steps, the
// decoder x_{t−1} = (x − (β²/β̄) ε(x))/α + σz undoes them one by one, and what is
// minimised is the negative evidence lower bound
//
//	NELBO = E KL(q(x_T|x_0)‖N(0,1)) + Σ_t E KL(q(x_{t−1}|x_t,x_0)‖p(x_{t−1}|x_t)) − E ln p(x_0|x_1).
//
// For data N(0,1) the best ε is β̄x, which makes the decoder's mean
// (x − β²x)/α = αx; with σ = β that is the true reverse step. So the bound is
// tight: the entropy ½ ln 2πe of the data, whatever T. With the variance of
// q(x_{t−1}|x_t,x_0) in place of β² it is not. (Part 1; Ho, Jain, Abbeel 2020,
// eq. 5.)
func Example_walk1VariationalBound() {
	data, _ := score.NewIsotropic([]float64{0}, 1)
	// KL between normals whose means differ by d, given E d².
	kl := func(v, d2, w float64) float64 { return 0.5 * (math.Log(w/v) + (v+d2)/w - 1) }
	for _, steps := range []int{1, 10, 1000} {
		var bound, other float64
		to := sde.Level{Alpha: 1}
		for t := 1; t <= steps; t++ {
			from := vp.At(float64(t) / float64(steps))
			alpha, beta := transition(from, to)
			epsilon := make([]float64, 1)
			if err := score.Noise.Predict(epsilon, []float64{1}, data, from); err != nil {
				fmt.Println(err)
				return
			}
			slope := (1 - beta*beta/from.Sigma*epsilon[0]) / alpha // the decoder's mean is slope·x
			if t == 1 {
				// −E ln N(x_0; slope x_1, β²)
				d2 := 1 + slope*slope - 2*slope*alpha
				bound += 0.5 * (math.Log(2*math.Pi*beta*beta) + d2/(beta*beta))
				other = bound
			} else {
				// q(x_{t−1}|x_t,x_0) has mean p x_t + r x_0, and E x_t x_0 = ᾱ.
				p := alpha * to.Sigma * to.Sigma / (from.Sigma * from.Sigma)
				r := to.Alpha * beta * beta / (from.Sigma * from.Sigma)
				v := to.Sigma * to.Sigma * beta * beta / (from.Sigma * from.Sigma)
				d2 := (p-slope)*(p-slope) + r*r + 2*(p-slope)*r*from.Alpha
				bound += kl(v, d2, beta*beta)
				other += kl(v, d2, v)
			}
			to = from
		}
		prior := kl(to.Sigma*to.Sigma, to.Alpha*to.Alpha, 1) // E (ᾱx_0)² = ᾱ²
		bound, other = bound+prior, other+prior
		fmt.Printf("T = %4d: %.6f nats, %.6f bits; with the posterior's variance %.4f\n", steps, bound, flow.BitsPerDim(-bound, 1, 0), other)
	}
	fmt.Printf("entropy:  %.6f nats\n", 0.5*math.Log(2*math.Pi*math.E))
	// Output:
	// T =    1: 1.418939 nats, 2.047096 bits; with the posterior's variance 1.4189
	// T =   10: 1.418939 nats, 2.047096 bits; with the posterior's variance 2.0971
	// T = 1000: 1.418939 nats, 2.047096 bits; with the posterior's variance 1.8707
	// entropy:  1.418939 nats
}

// DDPM is Bayes' rule and a denoiser. Given x_0 the step back is the posterior of
// x_{t−1} ~ N(ᾱ_{t−1}x_0, β̄²_{t−1}) after the observation x_t = αx_{t−1} + βε,
//
//	mean (αβ̄²_{t−1}/β̄_t²) x_t + (ᾱ_{t−1}β²/β̄_t²) x_0,   variance β̄²_{t−1}β²/β̄_t²,
//
// and DDPM puts the denoiser's D for the x_0 that it does not know. If the data is
// a point, D is it and the step exact. If the data is N(0,1) the exact step is
// N(αx, β²): the other variance, with which any number of steps keeps N(0,1).
// (Part 2; Ho, Jain, Abbeel 2020, eqs. 6 and 7.)
func Example_walk2Bayes() {
	const x0, xt, t, s = 1.5, -0.4, 0.5, 0.4
	from, to := vp.At(t), vp.At(s)
	alpha, beta := transition(from, to)
	before, _ := score.NewIsotropic([]float64{to.Alpha * x0}, to.Sigma*to.Sigma)
	bayes, _, err := before.Posterior(score.Observation{A: mat.NewDense(1, 1, []float64{alpha}), Y: []float64{xt}, Noise: beta})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("Bayes:          N(%.6f, %.6f)\n", bayes.Mean()[0], bayes.Cov().At(0, 0))

	point, _ := score.NewIsotropic([]float64{x0}, 0)
	mean, variance := kernel(sampler.DDPM{}, point, t, s, xt)
	fmt.Printf("DDPM, a point:  N(%.6f, %.6f)\n", mean, variance)

	normal, _ := score.NewIsotropic([]float64{0}, 1)
	mean, variance = kernel(sampler.DDPM{Forward: true}, normal, t, s, xt)
	fmt.Printf("DDPM, N(0,1):   N(%.6f, %.6f) = N(αx, β²) = N(%.6f, %.6f)\n", mean, variance, alpha*xt, beta*beta)

	grid, _ := sampler.Times(vp, sampler.UniformTime{}, 5, false)
	law, err := validation.ExactLaw(context.Background(), sampler.Config{Process: vp, Model: normal, Rule: sampler.DDPM{Forward: true}, Grid: grid})
	if err != nil {
		fmt.Println(err)
		return
	}
	// The start N(0, β̄_T²) lacks ᾱ_T² of variance, of which the steps leave little.
	fmt.Printf("after 5 steps:  variance %.9f\n", law.Cov().At(0, 0))
	// Output:
	// Bayes:          N(0.206836, 0.520325)
	// DDPM, a point:  N(0.206836, 0.520325)
	// DDPM, N(0,1):   N(-0.254351, 0.595660) = N(αx, β²) = N(-0.254351, 0.595660)
	// after 5 steps:  variance 0.999999998
}

// DDIM asks for the marginals of DDPM and no more: any step
//
//	x_s = ᾱ_s D + √(β̄_s² − σ²) ε + σ z
//
// takes N(ᾱ_t x_0, β̄_t²) to N(ᾱ_s x_0, β̄_s²) if D is x_0, whatever σ, and s need
// not be t − 1. With σ = 0 it is x_s/ᾱ_s = x_t/ᾱ_t + (β̄_s/ᾱ_s − β̄_t/ᾱ_t) ε:
// Euler's method for y = x/ᾱ in the time λ̄ = β̄/ᾱ. (Parts 3 and 4; Song, Meng,
// Ermon 2021, eqs. 7 and 14.)
func Example_walk3DDIM() {
	point, _ := score.NewIsotropic([]float64{1.5}, 0)
	grid, _ := sampler.NewGrid(vp, []float64{1, 0.7, 0.3, 0.2}, false)
	first, last := vp.At(1), vp.At(0.2)
	start, _ := divergence.NewGaussian([]float64{first.Alpha * 1.5}, mat.NewSymDense(1, []float64{first.Sigma * first.Sigma}))
	for _, eta := range []float64{0, 0.5, 1} {
		steps, err := validation.ReadAffine(context.Background(), sampler.Config{Process: vp, Model: point, Rule: sampler.DDIM{Eta: eta}, Grid: grid})
		if err != nil {
			fmt.Println(err)
			return
		}
		law, _ := steps.Law(start)
		fmt.Printf("η = %.1f: N(%.6f, %.6f)\n", eta, law.Mean(nil)[0], law.Cov().At(0, 0))
	}
	fmt.Printf("q:       N(%.6f, %.6f)\n", last.Alpha*1.5, last.Sigma*last.Sigma)

	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	const x, t, s = 0.8, 0.6, 0.5
	ddim, _ := kernel(sampler.DDIM{}, model, t, s, x)
	from, to := vp.At(t), vp.At(s)
	field := func(dst []float64, rho float64, y []float64) error {
		return score.Noise.Predict(dst, []float64{y[0] * from.Alpha}, model, from)
	}
	euler := integrators.Euler.Stepper(field, 1)
	y := []float64{x / from.Alpha}
	if err := euler.Reset(from.Rho(), y); err != nil {
		fmt.Println(err)
		return
	}
	if err := euler.Try(y, nil, to.Rho()-from.Rho()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("DDIM %.12f, Euler in λ̄ %.12f\n", ddim, to.Alpha*y[0])
	// Output:
	// η = 0.0: N(1.217093, 0.341638)
	// η = 0.5: N(1.217093, 0.341638)
	// η = 1.0: N(1.217093, 0.341638)
	// q:       N(1.217093, 0.341638)
	// DDIM 1.150910442988, Euler in λ̄ 1.150910442988
}

// In the limit of many steps x_t = αx_{t−1} + βε is dx = f x dt + g dw, and its
// reverse is dx = (f x − g²∇ln p) dt + g dw̄ with time running back. For VP and
// data N(0,1), ∇ln p = −x and the drift is −½βx + βx = ½βx, 5.025 at t = ½ and
// x = 1: the slope of DDPM's step. Euler–Maruyama's steps for the reverse SDE have
// an exact law too, whose variance errs in proportion to the step. (Part 5; Song
// et al. 2021, eq. 6.)
func Example_walk4SDE() {
	normal, _ := score.NewIsotropic([]float64{0}, 1)
	drift := make([]float64, 1)
	if err := score.ReverseDrift(vp, normal, 1)(drift, 0.5, []float64{1}); err != nil {
		fmt.Println(err)
		return
	}
	const dt = 1e-6
	mean, variance := kernel(sampler.DDPM{}, normal, 0.5, 0.5-dt, 1)
	_, g := vp.Coefficients(0.5)
	fmt.Printf("drift %.3f, of DDPM %.3f; g² %.3f, of DDPM %.3f\n", drift[0], (1-mean)/dt, g*g, variance/dt)

	for _, steps := range []int{100, 200, 400, 800} {
		grid, _ := sampler.Times(vp, sampler.UniformTime{}, steps, false)
		law, err := validation.ExactLaw(context.Background(), sampler.Config{Process: vp, Model: normal, Rule: sampler.EulerMaruyama{}, Grid: grid})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%3d steps: variance %.4f\n", steps, law.Cov().At(0, 0))
	}
	// Output:
	// drift 5.025, of DDPM 5.025; g² 10.050, of DDPM 10.050
	// 100 steps: variance 1.0141
	// 200 steps: variance 1.0070
	// 400 steps: variance 1.0035
	// 800 steps: variance 1.0017
}

// The Fokker–Planck equation of the reverse SDE lets noise be traded for drift:
// for every ς the equation dx = (f x − ½(g² + ς²)∇ln p) dt + ς dw̄ has the same p_t.
// Its variance obeys dV/dt = 2aV − ς², a the drift's slope, and arrives at that of
// the data for all ς. Without noise it is an ordinary differential equation, which
// maps noise to data: for Gaussians x(0) = x(1)·√(v_0/v_1), to which solvers
// converge with their orders. (Part 6; Song et al. 2021, eq. 13.)
func Example_walk5ODE() {
	const v0 = 0.25
	model, _ := score.NewIsotropic([]float64{0}, v0)
	cutoff, end := vp.Horizon()
	v := func(t float64) float64 { l := vp.At(t); return l.Alpha*l.Alpha*v0 + l.Sigma*l.Sigma }
	ctx, tight := context.Background(), ode.Config{RTol: 1e-10, ATol: 1e-10}

	for _, level := range []float64{0, 0.5, 1} {
		drift := score.ReverseDrift(vp, model, level)
		variance := func(dst []float64, t float64, y []float64) error {
			if err := drift(dst, t, []float64{1}); err != nil {
				return err
			}
			_, g := vp.Coefficients(t)
			dst[0] = 2*dst[0]*y[0] - level*level*g*g
			return nil
		}
		r, err := ode.Solve(ctx, integrators.DormandPrince, variance, end, cutoff, []float64{v(end)}, tight)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("ς = %.1f g: variance %.6f of %.6f\n", level, r.Y[0], v(cutoff))
	}

	x := []float64{1.2}
	if _, err := flow.Decode(ctx, x, vp, model, x, flow.Config{Solve: tight}); err != nil {
		fmt.Println(err)
		return
	}
	exact := 1.2 * math.Sqrt(v(cutoff)/v(end))
	fmt.Printf("x(1) = 1.2: x(0) = %.6f, x(1)√(v₀/v₁) = %.6f\n", x[0], exact)

	for _, method := range []*integrators.Tableau{integrators.Euler, integrators.Heun, integrators.DormandPrince} {
		miss := func(steps int) float64 {
			x := []float64{1.2}
			c := flow.Config{From: 0.3, To: 0.8, Method: method, Solve: ode.Config{Step: 0.5 / float64(steps)}}
			if _, err := flow.Decode(ctx, x, vp, model, x, c); err != nil {
				panic(err)
			}
			return math.Abs(x[0] - 1.2*math.Sqrt(v(0.3)/v(0.8)))
		}
		fmt.Printf("%s: order %.0f\n", method.Name, math.Log2(miss(32)/miss(64)))
	}
	// Output:
	// ς = 0.0 g: variance 0.250082 of 0.250082
	// ς = 0.5 g: variance 0.250082 of 0.250082
	// ς = 1.0 g: variance 0.250082 of 0.250082
	// x(1) = 1.2: x(0) = 0.600109, x(1)√(v₀/v₁) = 0.600109
	// euler: order 1
	// heun: order 2
	// dormand-prince5: order 5
}
