package latent_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/validation"
)

var background = context.Background()

func normals(n int, seed uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: seed, Use: noise.Test})
	return x
}

func data(t testing.TB) []float64 {
	g, err := score.NewGaussian([]float64{1, -1, 0, 2}, mat.NewSymDense(4, []float64{3, 0.5, 0.2, 0, 0.5, 2, 0.1, 0.3, 0.2, 0.1, 0.4, 0.1, 0, 0.3, 0.1, 0.2}))
	require.NoError(t, err)
	return g.Sample(60, 1)
}

// Eckart and Young: the error of the reconstruction is the discarded variances, and no
// other projection of the rank is better; the model is that of low rank.
func TestLinear(t *testing.T) {
	x := data(t)
	n := len(x) / 4
	for rank := 1; rank <= 4; rank++ {
		l, err := latent.FitLinear(x, 4, rank)
		require.NoError(t, err)
		require.Equal(t, rank, l.Latents())
		z, back := make([]float64, n*rank), make([]float64, len(x))
		l.Encode(z, x)
		l.Decode(back, z)
		d := floats.Distance(back, x, 2)
		require.InDelta(t, l.Discarded(), d*d/float64(n), 1e-12)
		again := make([]float64, n*rank)
		l.Encode(again, back)
		require.InDeltaSlice(t, z, again, 1e-12)

		// A projection on other axes, through the mean.
		var qr mat.QR
		qr.Factorize(mat.NewDense(4, rank, normals(4*rank, 7)))
		var q, other mat.Dense
		qr.QTo(&q)
		basis := q.Slice(0, 4, 0, rank)
		var square float64
		g, err := score.FitGaussian(x, 4)
		require.NoError(t, err)
		for i := range n {
			row := mat.NewDense(1, 4, append([]float64(nil), x[4*i:][:4]...))
			floats.Sub(row.RawRowView(0), g.Mean())
			var code mat.Dense
			code.Mul(row, basis)
			other.Mul(&code, basis.T())
			other.Sub(&other, row)
			square += math.Pow(mat.Norm(&other, 2), 2) / float64(n)
			other.Reset()
		}
		if rank < 4 {
			require.Greater(t, square, l.Discarded())
		}

		model, err := l.Model()
		require.NoError(t, err)
		cov, variances := model.Cov(), l.Variances()
		require.InDelta(t, floats.Sum(variances[:rank]), mat.Trace(cov), 1e-12)
		var centred mat.Dense
		centred.Mul(cov, cov) // eigenvalues are the variances
		floats.Mul(variances, variances)
		require.InDelta(t, floats.Sum(variances[:rank]), mat.Trace(&centred), 1e-11)
	}
	few, err := latent.FitLinear(x[:8], 4, 3) // two rows, one direction
	require.NoError(t, err)
	require.InDelta(t, 0, few.Discarded(), 1e-20)
}

// Latents diffuse, and the decoded law is as far from the data's as the discarded
// variances and the sampler's own error, which add up: the axes are orthogonal.
func TestLatentDiffusion(t *testing.T) {
	x := data(t)
	l, err := latent.FitLinear(x, 4, 2)
	require.NoError(t, err)
	variances := l.Variances()
	own, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{variances[0], 0, 0, variances[1]})
	require.NoError(t, err)
	decoded, err := l.Decoded(own)
	require.NoError(t, err)
	full, err := divergence.Fit(x, 4)
	require.NoError(t, err)
	cov := full.Cov()
	cov.ScaleSym(59.0/60, cov)
	target, err := divergence.NewGaussian(full.Mean(nil), cov)
	require.NoError(t, err)
	w, err := divergence.W2Squared(target, decoded)
	require.NoError(t, err)
	require.InDelta(t, l.Discarded(), w, 1e-12)

	model, err := score.NewGaussian([]float64{0, 0}, own.Cov())
	require.NoError(t, err)
	p, err := sde.ByName("vp")
	require.NoError(t, err)
	grid, err := sampler.Times(p, sampler.UniformLambda{}, 20, true)
	require.NoError(t, err)
	c := sampler.Config{Process: p, Model: model, Rule: sampler.DDIM{}, Grid: grid}
	law, err := validation.ExactLaw(background, c)
	require.NoError(t, err)
	miss, err := divergence.W2Squared(law, own)
	require.NoError(t, err)
	decoded, err = l.Decoded(law)
	require.NoError(t, err)
	w, err = divergence.W2Squared(target, decoded)
	require.NoError(t, err)
	require.Greater(t, miss, 1e-5)
	require.InDelta(t, l.Discarded()+miss, w, 1e-10)

	// Samples are decoded latents: they lie in the plane of the model.
	s := make([]float64, 4*50)
	stats, err := l.Sample(background, s, c)
	require.NoError(t, err)
	require.Equal(t, 21, stats.NFE)
	z, back := make([]float64, 100), make([]float64, 200)
	l.Encode(z, s)
	l.Decode(back, z)
	require.InDeltaSlice(t, s, back, 1e-12)
	want := make([]float64, 100)
	_, err = sampler.Sample(background, want, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, z, 1e-12)
}

// Three clusters of votes, equal for all capsules, are found from shares that lean the
// right way, to the means and variances of their rows; a fourth capsule gets none.
func TestRouteClusters(t *testing.T) {
	x := normals(60, 3)
	start := make([]float64, 0, 120)
	var mean, square [3]float64
	for i := range x {
		x[i] += float64(i%3) * 20
		lean := []float64{0.1, 0.1, 0.1, 0}
		lean[i%3] = 0.8
		start = append(start, lean...)
		mean[i%3] += x[i] / 20
	}
	for i, v := range x {
		square[i%3] += (v - mean[i%3]) * (v - mean[i%3]) / 20
	}
	p, err := latent.Route(latent.SameVotes(x, 1, 4, start), latent.RoutingConfig{Iterations: 10, Lambda: 0.01, BetaA: 1, BetaU: 1})
	require.NoError(t, err)
	for j := range 3 {
		require.InDelta(t, mean[j], p.Pose[j], 1e-9)
		require.InDelta(t, square[j], p.Variance[j], 1e-8)
		cost := (1 + 0.5*math.Log(p.Variance[j])) * 20
		require.InDelta(t, cost, p.Cost[j], 1e-6)
		require.InDelta(t, 1/(1+math.Exp(-0.01*(1-cost))), p.Activation[j], 1e-8)
	}
	require.Zero(t, p.Activation[3])
}

// The cost of a capsule is the description length of its votes: −Σ_i R_ij ln p_ij with
// BetaU = ½ + ½ ln 2π, whatever votes, activations and shares. And the steps are those
// of the procedure, done by hand for two inputs.
func TestRouteIsProcedure1(t *testing.T) {
	v := latent.Votes{Inputs: 7, Capsules: 3, Dim: 2, Values: normals(42, 5), Activation: []float64{1, 0.5, 0.2, 0.9, 1, 0, 0.7}}
	c := latent.RoutingConfig{Iterations: 4, BetaU: 0.5 + 0.5*math.Log(2*math.Pi), BetaA: 0.3, Lambda: 0.4, Floor: 1e-12}
	p, err := latent.Route(v, c)
	require.NoError(t, err)
	for j := range 3 {
		var length float64
		for i := range 7 {
			for h := range 2 {
				d, s := v.Values[(i*3+j)*2+h]-p.Pose[j*2+h], p.Variance[j*2+h]
				length += v.Activation[i] * p.Share[i*3+j] * 0.5 * (d*d/s + math.Log(2*math.Pi*s))
			}
		}
		require.InDelta(t, length, p.Cost[j], 1e-9)
	}
	for i := range 7 {
		require.InDelta(t, 1, floats.Sum(p.Share[3*i:][:3]), 1e-14)
	}

	// Two inputs with equal shares: mean and half the squared distance; then shares by
	// Bayes with the activations for weights.
	two := latent.Votes{Inputs: 2, Capsules: 2, Dim: 1, Values: []float64{0, 5, 2, 6}}
	c = latent.RoutingConfig{Iterations: 1, Lambda: 1, BetaU: 0.1, BetaA: 0.2}
	one, err := latent.Route(two, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1, 5.5}, one.Pose, 1e-15)
	require.InDeltaSlice(t, []float64{1, 0.25}, one.Variance, 1e-8)
	cost := []float64{0.1, 0.1 + math.Log(0.5)}
	a := []float64{1 / (1 + math.Exp(-0.1)), 1 / (1 + math.Exp(-0.2+cost[1]))}
	require.InDeltaSlice(t, a, one.Activation, 1e-8)
	c.Iterations = 2
	second, err := latent.Route(two, c)
	require.NoError(t, err)
	// Both votes are one standard deviation off: p = φ(1) and 2φ(1).
	require.InDelta(t, a[0]/(a[0]+2*a[1]), second.Share[0], 1e-8)
}

// Sharp routing is Lloyd's algorithm: a codebook at rest stays; soft routing is EM with
// equal weights and a fixed variance, whose likelihood never falls.
func TestRouteMeans(t *testing.T) {
	x := normals(80, 9)
	b, err := score.Quantise(background, x, 2, 3, score.QuantiseConfig{Restarts: 3})
	require.NoError(t, err)
	codes, start := make([]int, 40), make([]float64, 120)
	b.Encode(codes, x)
	for i, j := range codes {
		start[3*i+j] = 1
	}
	p, err := latent.RouteMeans(latent.SameVotes(x, 2, 3, start), math.Inf(1), 5)
	require.NoError(t, err)
	require.InDeltaSlice(t, b.Atoms(), p.Pose, 1e-12)
	require.InDeltaSlice(t, b.Weights(), p.Activation, 1e-12)

	for i := range start {
		start[i] = 0.2 + 0.4*start[i]
	}
	last := math.Inf(-1)
	for iterations := 1; iterations < 12; iterations++ {
		p, err := latent.RouteMeans(latent.SameVotes(x, 2, 3, start), 4, iterations)
		require.NoError(t, err)
		var likelihood float64
		for i := range 40 {
			var sum float64
			for j := range 3 {
				d := floats.Distance(x[2*i:][:2], p.Pose[2*j:][:2], 2)
				sum += math.Exp(-2 * d * d)
			}
			likelihood += math.Log(sum)
		}
		require.GreaterOrEqual(t, likelihood, last-1e-12)
		last = likelihood
	}
}

func TestErrors(t *testing.T) {
	_, err := latent.FitLinear([]float64{1, 2, 3, 4}, 2, 3)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = latent.FitLinear([]float64{1, 2}, 2, 1)
	require.ErrorIs(t, err, score.ErrSamples)
	_, err = latent.FitLinear([]float64{1, math.Inf(1), 3, 4}, 2, 1)
	require.ErrorIs(t, err, score.ErrNotFinite)
	l, err := latent.FitLinear([]float64{1, 2, 3, 4}, 2, 1)
	require.NoError(t, err)
	_, err = l.Decoded(mustGaussian(t, 2))
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = l.Sample(background, make([]float64, 3), sampler.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	g, err := score.NewIsotropic([]float64{0, 0}, 1)
	require.NoError(t, err)
	_, err = l.Sample(background, make([]float64, 4), sampler.Config{Model: g})
	require.ErrorIs(t, err, score.ErrDimension)
	require.Panics(t, func() { l.Encode(make([]float64, 2), make([]float64, 2)) })

	good := latent.SameVotes([]float64{1, 2, 3}, 1, 2, nil)
	for _, c := range []struct {
		change func(v *latent.Votes)
		want   error
	}{
		{func(v *latent.Votes) { v.Dim = 2 }, score.ErrDimension},
		{func(v *latent.Votes) { v.Values = []float64{1, 2, 3, 4, 5, math.NaN()} }, score.ErrNotFinite},
		{func(v *latent.Votes) { v.Activation = []float64{1} }, score.ErrDimension},
		{func(v *latent.Votes) { v.Activation = []float64{1, 2, 0} }, score.ErrWeights},
		{func(v *latent.Votes) { v.Activation = make([]float64, 3) }, score.ErrWeights},
		{func(v *latent.Votes) { v.Start = []float64{1} }, score.ErrDimension},
		{func(v *latent.Votes) { v.Start = []float64{1, 0, 1, 0, 1, 1} }, score.ErrWeights},
	} {
		v := good
		c.change(&v)
		_, err := latent.Route(v, latent.RoutingConfig{})
		require.ErrorIs(t, err, c.want)
		_, err = latent.RouteMeans(v, 1, 1)
		require.ErrorIs(t, err, c.want)
	}
	_, err = latent.Route(good, latent.RoutingConfig{Lambda: -1})
	require.ErrorIs(t, err, score.ErrConfig)
	_, err = latent.Route(good, latent.RoutingConfig{BetaU: math.Inf(1)})
	require.ErrorIs(t, err, score.ErrConfig)
	_, err = latent.RouteMeans(good, 0, 1)
	require.ErrorIs(t, err, score.ErrConfig)
}

func mustGaussian(t testing.TB, dim int) *divergence.Gaussian {
	cov := mat.NewSymDense(dim, nil)
	g, err := divergence.NewGaussian(make([]float64, dim), cov)
	require.NoError(t, err)
	return g
}

// Four points of the plane that lie nearly on a line: one latent, and what is lost.
func ExampleFitLinear() {
	x := []float64{-3, 0.1, -1, -0.1, 1, -0.1, 3, 0.1}
	l, err := latent.FitLinear(x, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	z, back := make([]float64, 4), make([]float64, 8)
	l.Encode(z, x)
	l.Decode(back, z)
	d := floats.Distance(x, back, 2)
	fmt.Printf("error %.4f, discarded %.4f of %.4f\n", d*d/4, l.Discarded(), floats.Sum(l.Variances()))
	// Output: error 0.0100, discarded 0.0100 of 5.0100
}

// Samples of a plane, diffused in one latent: they lie on the line of the first axis.
func ExampleLinear_Sample() {
	l, err := latent.FitLinear([]float64{-3, 0.1, -1, -0.1, 1, -0.1, 3, 0.1}, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, _ := score.NewIsotropic([]float64{0}, l.Variances()[0])
	p, _ := sde.ByName("vp")
	grid, _ := sampler.Times(p, sampler.UniformLambda{}, 20, true)
	x := make([]float64, 2*1000)
	if _, err := l.Sample(context.Background(), x, sampler.Config{Process: p, Model: model, Rule: sampler.DPMPP2M{}, Grid: grid}); err != nil {
		fmt.Println(err)
		return
	}
	var along, across float64
	for i := 0; i < len(x); i += 2 {
		along += x[i] * x[i] / 1000
		across += x[i+1] * x[i+1] / 1000
	}
	fmt.Printf("%.1f %.1f\n", along, across)
	// Output: 5.0 0.0
}

// Three parts vote about two wholes: they agree on where the first one is, which is
// there, and not about the second, which is not.
func ExampleRoute() {
	p, err := latent.Route(latent.Votes{Inputs: 3, Capsules: 2, Dim: 1, Values: []float64{1, -4, 1.1, 0, 0.9, 5}},
		latent.RoutingConfig{Iterations: 4, Lambda: 2, BetaU: 1, BetaA: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("poses %.2f, active %.2f\n", p.Pose, p.Activation)
	// Output: poses [1.00 0.81], active [1.00 0.12]
}

// The same on the line, with k-means.
func ExampleRouteMeans() {
	start := []float64{0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9}
	p, err := latent.RouteMeans(latent.SameVotes([]float64{0, 1, 10, 11}, 1, 2, start), math.Inf(1), 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f %.1f\n", p.Pose, p.Activation)
	// Output: [0.5 10.5] [0.5 0.5]
}
