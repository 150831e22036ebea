package score

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// ErrObservation: an observation that nothing can be concluded from.
var ErrObservation = errors.New("score: bad observation")

// Observation is what a linear measurement of a row of data has given,
//
//	y = A x_0 + Noise·ε,   ε ~ N(0, I),
//
// with A m×dim. Noise 0 is exact.
type Observation struct {
	A     mat.Matrix
	Y     []float64
	Noise float64
}

// ObserveCoordinates is the observation of those coordinates of x that are known,
// the one of inpainting. Errors: [ErrObservation] if none is, or the lengths
// differ.
func ObserveCoordinates(x []float64, known []bool, noise float64) (Observation, error) {
	if len(known) != len(x) {
		return Observation{}, fmt.Errorf("%w: %d marks for %d coordinates", ErrObservation, len(known), len(x))
	}
	var rows, y []float64
	for i, k := range known {
		if k {
			row := make([]float64, len(x))
			row[i] = 1
			rows, y = append(rows, row...), append(y, x[i])
		}
	}
	if len(y) == 0 {
		return Observation{}, fmt.Errorf("%w: no coordinate is known", ErrObservation)
	}
	return Observation{A: mat.NewDense(len(y), len(x), rows), Y: y, Noise: noise}, nil
}

// Check returns an error that wraps [ErrObservation] unless A has dim columns
// and a row for each of the finite numbers of Y, and Noise is finite and ≥ 0.
func (o Observation) Check(dim int) error {
	if o.A == nil || len(o.Y) == 0 {
		return fmt.Errorf("%w: A and Y must be given", ErrObservation)
	}
	if r, c := o.A.Dims(); r != len(o.Y) || c != dim {
		return fmt.Errorf("%w: A is %d×%d, want %d×%d", ErrObservation, r, c, len(o.Y), dim)
	}
	if !(o.Noise >= 0) || math.IsInf(o.Noise, 1) {
		return fmt.Errorf("%w: noise %v must be finite and not negative", ErrObservation, o.Noise)
	}
	for i, y := range o.Y {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("%w: y %d is %v", ErrObservation, i, y)
		}
		for j := range dim {
			if a := o.A.At(i, j); math.IsNaN(a) || math.IsInf(a, 0) {
				return fmt.Errorf("%w: A (%d, %d) is %v", ErrObservation, i, j, a)
			}
		}
	}
	return nil
}

// Posterior returns the law of x_0 given an observation, and ln p(y) in nats,
//
//	p(x_0 | y) = N(μ + K(y − Aμ), Σ − KAΣ),   K = ΣAᵀ(AΣAᵀ + Noise²I)⁻¹,
//	p(y) = N(Aμ, AΣAᵀ + Noise²I)
//
// (Bishop 2006, eqs. 2.113 to 2.117). It is a model like any other: its denoiser
// is E[x_0 | x_t, y] at every level, the exact answer to what guidance by an
// observation approximates. The covariance is formed as a product R Rᵀ, from the
// singular values τ of AΣ^½, and so is never indefinite; directions that an exact
// observation settles have variance 0.
//
// Errors: [ErrObservation], also where y has no density: an exact observation
// with a row that the others or a singular Σ determine; [ErrConvergence].
func (g *Gaussian) Posterior(o Observation) (posterior *Gaussian, logEvidence float64, err error) {
	if err := o.Check(g.dim); err != nil {
		return nil, 0, err
	}
	dim, m := g.dim, len(o.Y)
	root := g.root()
	var b mat.Dense
	b.Mul(o.A, root)
	var svd mat.SVD
	if !svd.Factorize(&b, mat.SVDThin) {
		return nil, 0, fmt.Errorf("%w: singular values of an observation of %d×%d", ErrConvergence, m, dim)
	}
	var p, q mat.Dense
	svd.UTo(&p)
	svd.VTo(&q)
	tau := svd.Values(nil)
	floor := float64(max(m, dim)) * 0x1p-52 * tau[0]

	residual := mat.NewVecDense(m, nil)
	residual.MulVec(o.A, mat.NewVecDense(dim, g.mean))
	residual.SubVec(mat.NewVecDense(m, o.Y), residual)
	square := mat.Dot(residual, residual) // of what P does not reach, in the end
	logEvidence = -0.5 * float64(m) * math.Log(2*math.Pi)
	gain, shrink := mat.NewVecDense(len(tau), nil), make([]float64, len(tau))
	for j, t := range tau {
		if t <= floor {
			t = 0
		}
		h := math.Hypot(t, o.Noise)
		if h == 0 {
			return nil, 0, fmt.Errorf("%w: an exact observation of which a row follows from the others, or from a singular covariance, has no density; give it noise, or leave that row out", ErrObservation)
		}
		c := mat.Dot(p.ColView(j), residual)
		square -= c * c
		gain.SetVec(j, t/h*(c/h))
		shrink[j] = t / h * (t / (h + o.Noise))
		logEvidence -= math.Log(h) + 0.5*(c/h)*(c/h)
	}
	if rest := m - len(tau); rest > 0 {
		if o.Noise == 0 {
			return nil, 0, fmt.Errorf("%w: %d exact observations of %d coordinates; give them noise", ErrObservation, m, dim)
		}
		logEvidence -= float64(rest)*math.Log(o.Noise) + 0.5*max(0, square)/(o.Noise*o.Noise)
	}

	// R = Σ^½ (I − Q diag(shrink) Qᵀ) and μ' = μ + Σ^½ Q gain.
	var rq mat.Dense
	rq.Mul(root, &q)
	s := spectrum{dim: dim, rank: dim, mean: append([]float64(nil), g.mean...), vec: make([]float64, dim*dim)}
	mean := mat.NewVecDense(dim, s.mean)
	var step mat.VecDense
	step.MulVec(&rq, gain)
	mean.AddVec(mean, &step)
	rq.Apply(func(_, j int, v float64) float64 { return v * shrink[j] }, &rq)
	var r, cut, u mat.Dense
	cut.Mul(&rq, q.T())
	r.Sub(root, &cut)
	if !svd.Factorize(&r, mat.SVDThin) {
		return nil, 0, fmt.Errorf("%w: singular values of a posterior of %d×%d", ErrConvergence, dim, dim)
	}
	svd.UTo(&u)
	mat.NewDense(dim, dim, s.vec).Copy(u.T())
	s.val = svd.Values(nil)
	// What is below the rounding of the prior's root has been settled.
	settled := float64(dim) * 0x1p-52 * mat.Norm(root, 2)
	for j, v := range s.val {
		if v <= settled {
			v = 0
		}
		s.val[j] = v * v
	}
	return newGaussian(s), logEvidence, nil
}

// root returns the symmetric Σ^½.
func (s *spectrum) root() *mat.Dense {
	root := mat.NewDense(s.dim, s.dim, nil)
	rest := 0.0
	if s.rank < s.dim {
		rest = math.Sqrt(s.rest)
		for i := range s.dim {
			root.Set(i, i, rest)
		}
	}
	for k, v := range s.val {
		axis := mat.NewVecDense(s.dim, s.vec[k*s.dim:][:s.dim])
		root.RankOne(root, math.Sqrt(v)-rest, axis, axis)
	}
	return root
}

// Posterior returns the law of x_0 given an observation, and ln p(y) in nats: the
// mixture of the components' posteriors, weighted by
//
//	w_k' ∝ w_k N(y; Aμ_k, AΣ_kAᵀ + Noise²I).
//
// A component whose weight underflows is left out. Errors: those of
// [Gaussian.Posterior], of any component.
func (m *Mixture) Posterior(o Observation) (posterior *Mixture, logEvidence float64, err error) {
	var parts []*Gaussian
	var logs []float64
	for k, g := range m.part {
		if m.weight[k] == 0 {
			continue
		}
		p, l, err := g.Posterior(o)
		if err != nil {
			return nil, 0, fmt.Errorf("component %d: %w", k, err)
		}
		parts, logs = append(parts, p), append(logs, m.log[k]+l)
	}
	logEvidence = floats.LogSumExp(logs)
	kept, weights := parts[:0], make([]float64, 0, len(logs))
	for k, l := range logs {
		if w := math.Exp(l - logEvidence); w > 0 {
			kept, weights = append(kept, parts[k]), append(weights, w)
		}
	}
	posterior, err = NewMixture(weights, kept)
	return posterior, logEvidence, err
}
