package latent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
)

// Votes are what Inputs parts say about Capsules wholes: each part i votes for the pose
// of each whole j with Dim numbers, and is itself there to the degree Activation[i].
type Votes struct {
	Inputs, Capsules, Dim int
	Values                []float64 // by input, then by capsule
	Activation            []float64 // of inputs, in [0, 1]; nil means 1
	// Start is the share of each input that goes to each capsule to begin with, by
	// input; nil means equal shares. Inputs that vote the same for all capsules need
	// shares that differ.
	Start []float64
}

// SameVotes are the votes of rows of dim numbers that are the same for every capsule:
// clustering. start is as in Votes.
func SameVotes(x []float64, dim, capsules int, start []float64) Votes {
	v := Votes{Inputs: len(x) / dim, Capsules: capsules, Dim: dim, Start: start}
	for i := range v.Inputs {
		for range capsules {
			v.Values = append(v.Values, x[i*dim:][:dim]...)
		}
	}
	return v
}

// Capsules are wholes that votes agree on.
type Capsules struct {
	Pose       []float64 // by capsule, Dim numbers: the mean of its votes
	Variance   []float64 // likewise
	Activation []float64 // of capsules
	Cost       []float64 // of capsules, in nats: the description length of their votes
	Share      []float64 // of each input, by capsule
}

// RoutingConfig says how [Route] works.
type RoutingConfig struct {
	Iterations int // 0 means 3
	// BetaU is the cost of describing one number of a pose without knowing it; with
	// ½ + ½ ln 2π the cost of a capsule is −Σ_i R_ij ln p_ij.
	BetaU float64
	// BetaA is what an active capsule may cost, and Lambda the inverse temperature of
	// its decision.
	BetaA, Lambda float64
	// Floor is added to variances; 0 means 1e-9.
	Floor float64
}

// Route finds capsules by EM routing: a mixture of Gaussians with diagonal covariances
// fitted to the votes, whose weights are activations decided by description length. With
// R_ij the shares, multiplied by the inputs' activations,
//
//	μ_jh  = Σ_i R_ij V_ijh / Σ_i R_ij
//	σ²_jh = Σ_i R_ij (V_ijh − μ_jh)² / Σ_i R_ij
//	cost_j = Σ_h (BetaU + ln σ_jh) Σ_i R_ij
//	a_j   = 1/(1 + exp(−Lambda (BetaA − cost_j)))
//	R_ij  ∝ a_j Π_h N(V_ijh; μ_jh, σ²_jh),   Σ_j R_ij = 1
//
// Where a_j are the weights Σ_i R_ij and votes the same for all j it is EM for a mixture,
// see [score.FitMixture]. A capsule without any share keeps a pose of 0 and is not active.
//
// Errors: [score.ErrDimension], [score.ErrNotFinite], [score.ErrWeights] for activations
// or shares that are none, [score.ErrConfig].
//
// Hinton, Sabour, Frosst (2018), "Matrix capsules with EM routing", procedure 1.
func Route(v Votes, c RoutingConfig) (Capsules, error) {
	if err := v.check(); err != nil {
		return Capsules{}, err
	}
	if c.Iterations < 0 || !(c.Lambda >= 0) || !(c.Floor >= 0) || math.IsNaN(c.BetaU+c.BetaA) || math.IsInf(c.BetaU+c.BetaA+c.Lambda+c.Floor, 0) {
		return Capsules{}, fmt.Errorf("%w: routing %+v", score.ErrConfig, c)
	}
	if c.Iterations == 0 {
		c.Iterations = 3
	}
	if c.Floor == 0 {
		c.Floor = 1e-9
	}
	p := v.begin()
	for iteration := range c.Iterations {
		v.average(&p)
		for j := range v.Capsules {
			total := v.total(p.Share, j)
			variance := p.Variance[j*v.Dim:][:v.Dim]
			clear(variance)
			cost := 0.0
			for h := range variance {
				for i := range v.Inputs {
					d := v.at(i, j)[h] - p.Pose[j*v.Dim+h]
					variance[h] += v.activation(i) * p.Share[i*v.Capsules+j] * d * d
				}
				if total > 0 {
					variance[h] /= total
				}
				variance[h] += c.Floor
				cost += (c.BetaU + 0.5*math.Log(variance[h])) * total
			}
			p.Cost[j] = cost
			if p.Activation[j] = 1 / (1 + math.Exp(-c.Lambda*(c.BetaA-cost))); total == 0 {
				p.Activation[j] = 0
			}
		}
		if iteration == c.Iterations-1 {
			break // shares are those that the capsules are made of
		}
		v.share(p.Share, 1, func(i, j int) float64 {
			log := math.Log(p.Activation[j])
			for h, vote := range v.at(i, j) {
				s := p.Variance[j*v.Dim+h]
				d := vote - p.Pose[j*v.Dim+h]
				log -= 0.5 * (d*d/s + math.Log(2*math.Pi*s))
			}
			return log
		})
	}
	return p, nil
}

// RouteMeans finds capsules by k-means routing: poses are means of votes, and shares fall
// with the distance from them,
//
//	μ_j = Σ_i a_i R_ij V_ij / Σ_i a_i R_ij,   R_ij = softmax_j(−½ sharpness |V_ij − μ_j|²),
//
// EM for a mixture of equal weights and the variance 1/sharpness; with sharpness +Inf
// it is Lloyd's algorithm, see [score.Quantise]. The activation of a capsule is the share
// Σ_i a_i R_ij/Σ_i a_i of all votes. Errors: as for Route, and [score.ErrConfig] unless
// sharpness > 0 and iterations ≥ 1.
//
// Su (2018), "Another New Year's feast: from K-means to capsule"; Sabour, Frosst, Hinton
// (2017) for products in the place of distances.
func RouteMeans(v Votes, sharpness float64, iterations int) (Capsules, error) {
	if err := v.check(); err != nil {
		return Capsules{}, err
	}
	if !(sharpness > 0) || iterations < 1 {
		return Capsules{}, fmt.Errorf("%w: sharpness %v, %d iterations", score.ErrConfig, sharpness, iterations)
	}
	p := v.begin()
	for range iterations {
		v.average(&p)
		v.share(p.Share, sharpness, func(i, j int) float64 {
			d := floats.Distance(v.at(i, j), p.Pose[j*v.Dim:][:v.Dim], 2)
			return -0.5 * d * d
		})
	}
	v.average(&p)
	all := 0.0
	for i := range v.Inputs {
		all += v.activation(i)
	}
	for j := range p.Activation {
		p.Activation[j] = v.total(p.Share, j) / all
	}
	p.Variance, p.Cost = nil, nil
	return p, nil
}

func (v Votes) at(i, j int) []float64 { return v.Values[(i*v.Capsules+j)*v.Dim:][:v.Dim] }

func (v Votes) activation(i int) float64 {
	if v.Activation == nil {
		return 1
	}
	return v.Activation[i]
}

// total is Σ_i a_i R_ij.
func (v Votes) total(share []float64, j int) float64 {
	var sum float64
	for i := range v.Inputs {
		sum += v.activation(i) * share[i*v.Capsules+j]
	}
	return sum
}

func (v Votes) begin() Capsules {
	p := Capsules{
		Pose: make([]float64, v.Capsules*v.Dim), Variance: make([]float64, v.Capsules*v.Dim),
		Activation: make([]float64, v.Capsules), Cost: make([]float64, v.Capsules), Share: append([]float64(nil), v.Start...),
	}
	if v.Start == nil {
		p.Share = make([]float64, v.Inputs*v.Capsules)
		floats.AddConst(1/float64(v.Capsules), p.Share)
	}
	return p
}

// average sets the poses to the means of votes.
func (v Votes) average(p *Capsules) {
	for j := range v.Capsules {
		total, pose := v.total(p.Share, j), p.Pose[j*v.Dim:][:v.Dim]
		if total == 0 {
			continue
		}
		clear(pose)
		for i := range v.Inputs {
			floats.AddScaled(pose, v.activation(i)*p.Share[i*v.Capsules+j]/total, v.at(i, j))
		}
	}
}

// share sets the shares of every input by factor times these logarithms, but for a
// constant: at +Inf the largest takes all.
func (v Votes) share(share []float64, factor float64, log func(i, j int) float64) {
	for i := range v.Inputs {
		row := share[i*v.Capsules:][:v.Capsules]
		for j := range row {
			row[j] = log(i, j)
		}
		top := floats.Max(row)
		for j, l := range row {
			if row[j] = 1; l != top { // not where all are −Inf
				row[j] = math.Exp(factor * (l - top))
			}
		}
		floats.Scale(1/floats.Sum(row), row)
	}
}

func (v Votes) check() error {
	if v.Inputs < 1 || v.Capsules < 1 || v.Dim < 1 || len(v.Values) != v.Inputs*v.Capsules*v.Dim {
		return fmt.Errorf("%w: %d numbers for %d inputs, %d capsules and poses of %d", score.ErrDimension, len(v.Values), v.Inputs, v.Capsules, v.Dim)
	}
	for k, x := range v.Values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%w: vote of input %d is %v", score.ErrNotFinite, k/(v.Capsules*v.Dim), x)
		}
	}
	if v.Activation != nil {
		if len(v.Activation) != v.Inputs {
			return fmt.Errorf("%w: %d activations for %d inputs", score.ErrDimension, len(v.Activation), v.Inputs)
		}
		for i, a := range v.Activation {
			if !(a >= 0 && a <= 1) {
				return fmt.Errorf("%w: activation of input %d is %v; it must be in [0, 1]", score.ErrWeights, i, a)
			}
		}
		if floats.Sum(v.Activation) == 0 {
			return fmt.Errorf("%w: no input is active", score.ErrWeights)
		}
	}
	if v.Start == nil {
		return nil
	}
	if len(v.Start) != v.Inputs*v.Capsules {
		return fmt.Errorf("%w: %d shares for %d inputs and %d capsules", score.ErrDimension, len(v.Start), v.Inputs, v.Capsules)
	}
	for i := 0; i < len(v.Start); i += v.Capsules {
		row := v.Start[i : i+v.Capsules]
		if least := floats.Min(row); !(least >= 0) || math.Abs(floats.Sum(row)-1) > 1e-9 {
			return fmt.Errorf("%w: shares %v of input %d; they must be positive and add up to 1", score.ErrWeights, row, i/v.Capsules)
		}
	}
	return nil
}
