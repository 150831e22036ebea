package variational_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

var background = context.Background()

func normals(n int, seed uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: seed, Use: noise.Test})
	return x
}

func gaussian(t testing.TB, mean, cov []float64) *divergence.Gaussian {
	g, err := divergence.NewGaussianDense(mean, cov)
	require.NoError(t, err)
	return g
}

func linear(t testing.TB) *variational.LinearVAE {
	v, err := variational.NewLinearVAE([]float64{1, -2, 0.5}, mat.NewDense(3, 2, []float64{1, 0.3, -0.5, 1.2, 0.7, 0.1}), 0.4)
	require.NoError(t, err)
	return v
}

// At the exact posterior the ELBO is ln N(x; μ, WWᵀ + σ²I); for any encoder it is less
// by KL(q‖posterior), to rounding.
func TestELBO(t *testing.T) {
	v := linear(t)
	x := normals(3*8, 1)
	log, elbo, gap := make([]float64, 8), make([]float64, 8), make([]float64, 8)
	v.LogDensity(log, x)
	model, err := score.NewGaussian(v.Marginal().Mean(nil), v.Marginal().Cov())
	require.NoError(t, err)
	want := make([]float64, 8)
	require.NoError(t, model.LogDensity(want, x, sde.Level{Alpha: 1}))
	require.InDeltaSlice(t, want, log, 1e-12)
	require.NoError(t, v.ELBO(elbo, x, v.Posterior()))
	require.InDeltaSlice(t, log, elbo, 1e-12)
	require.NoError(t, v.Gap(gap, x, v.Posterior()))
	require.InDeltaSlice(t, make([]float64, 8), gap, 1e-12)

	e := variational.Encoder{Weight: mat.NewDense(2, 3, []float64{0.5, 0, -0.2, 0.3, 0.3, 0.1}), Bias: []float64{0.2, -0.1}, Cov: mat.NewSymDense(2, []float64{0.5, 0.1, 0.1, 0.3})}
	require.NoError(t, v.ELBO(elbo, x, e))
	require.NoError(t, v.Gap(gap, x, e))
	for i := range log {
		require.Greater(t, gap[i], 0.01)
		require.InDelta(t, log[i], elbo[i]+gap[i], 1e-12)
	}
}

// The fit is the model of largest likelihood: no change of its parameters is better,
// and its marginal has the leading eigenvalues and the mean of the others.
func TestFitLinearVAE(t *testing.T) {
	x := linear(t)
	g, err := score.NewGaussian(x.Marginal().Mean(nil), x.Marginal().Cov())
	require.NoError(t, err)
	data := g.Sample(50, 2)
	v, err := variational.FitLinearVAE(data, 3, 1)
	require.NoError(t, err)
	require.Equal(t, 1, v.Latents())
	likelihood := func(v *variational.LinearVAE) float64 {
		log := make([]float64, 50)
		v.LogDensity(log, data)
		return floats.Sum(log)
	}
	best := likelihood(v)
	w := v.Weights()
	variance := v.Marginal().Cov().At(0, 0) - w.At(0, 0)*w.At(0, 0)
	for j := range 4 {
		for _, h := range []float64{-0.05, 0.05} {
			moved, s := mat.DenseCopyOf(w), variance
			if j < 3 {
				moved.Set(j, 0, w.At(j, 0)+h)
			} else {
				s += h
			}
			worse, err := variational.NewLinearVAE(v.Marginal().Mean(nil), moved, s)
			require.NoError(t, err)
			require.Less(t, likelihood(worse), best)
		}
	}
	var e, own mat.EigenSym
	full, err := score.FitGaussian(data, 3)
	require.NoError(t, err)
	require.True(t, e.Factorize(full.Cov(), false))
	require.True(t, own.Factorize(v.Marginal().Cov(), false))
	values, got := e.Values(nil), own.Values(nil)
	floats.Scale(49.0/50, values)
	require.InDelta(t, values[2], got[2], 1e-12)
	require.InDelta(t, (values[0]+values[1])/2, got[0], 1e-12)
	require.InDelta(t, got[0], got[1], 1e-12)
}

// Joint divergence = marginal + expected conditional, split at either block; for the
// autoencoder −E ELBO less the data's entropy.
func TestSplit(t *testing.T) {
	p := gaussian(t, []float64{0.3, -0.2, 0.5}, []float64{1, 0.2, 0.1, 0.2, 0.8, -0.3, 0.1, -0.3, 1.5})
	q := gaussian(t, []float64{0, 0.4, 0}, []float64{2, -0.4, 0, -0.4, 1, 0.2, 0, 0.2, 0.7})
	joint, err := divergence.KL(p, q)
	require.NoError(t, err)
	for first := 1; first < 3; first++ {
		marginal, conditional, err := variational.Split(p, q, first)
		require.NoError(t, err)
		require.InDelta(t, joint, marginal+conditional, 1e-13)
		require.Greater(t, min(marginal, conditional), 0.01)
		a, err := variational.Swap(p, first)
		require.NoError(t, err)
		b, err := variational.Swap(q, first)
		require.NoError(t, err)
		marginal, conditional, err = variational.Split(a, b, 3-first)
		require.NoError(t, err)
		require.InDelta(t, joint, marginal+conditional, 1e-13)
		back, err := variational.Swap(a, 3-first)
		require.NoError(t, err)
		require.Equal(t, p.Cov(), back.Cov())
	}

	v := linear(t)
	data := gaussian(t, []float64{0.8, -1, 0}, []float64{1.5, 0.2, 0.3, 0.2, 2, 0, 0.3, 0, 0.9})
	generator, err := v.Joint()
	require.NoError(t, err)
	e := variational.Encoder{Weight: mat.NewDense(2, 3, []float64{0.4, 0, -0.2, 0.1, 0.3, 0.1}), Cov: mat.NewSymDense(2, []float64{0.5, 0, 0, 0.3})}
	encoded, err := v.Encoded(data, e)
	require.NoError(t, err)
	marginal, conditional, err := variational.Split(encoded, generator, 3)
	require.NoError(t, err)
	likelihood, err := divergence.KL(data, v.Marginal())
	require.NoError(t, err)
	require.InDelta(t, likelihood, marginal, 1e-12)
	// E ELBO over the data: quadratic in x, so that the cubature x ± √3 L e_j is exact.
	var chol mat.Cholesky
	require.True(t, chol.Factorize(data.Cov()))
	var l mat.TriDense
	chol.LTo(&l)
	var points []float64
	for j := range 3 {
		for _, sign := range []float64{-1, 1} {
			for i := range 3 {
				points = append(points, data.Mean(nil)[i]+sign*math.Sqrt(3)*l.At(i, j))
			}
		}
	}
	elbo := make([]float64, 6)
	require.NoError(t, v.ELBO(elbo, points, e))
	require.InDelta(t, -floats.Sum(elbo)/6-data.Entropy(), marginal+conditional, 1e-12)
	// With the exact posterior nothing is left but the likelihood: EM's first half.
	encoded, err = v.Encoded(data, v.Posterior())
	require.NoError(t, err)
	_, conditional, err = variational.Split(encoded, generator, 3)
	require.NoError(t, err)
	require.InDelta(t, 0, conditional, 1e-12)
}

// The same on tables, and EM's first step on one: p(z|x) set to the posterior makes the
// conditional term 0 and leaves the likelihood.
func TestSplitTable(t *testing.T) {
	p := []float64{0.1, 0.2, 0.05, 0.15, 0.3, 0.2}
	q := []float64{0.2, 0.1, 0.1, 0.3, 0.1, 0.2}
	var joint float64
	for i, v := range p {
		joint += v * math.Log(v/q[i])
	}
	marginal, conditional, err := variational.SplitTable(p, q, 2)
	require.NoError(t, err)
	require.InDelta(t, joint, marginal+conditional, 1e-15)
	for i := 0; i < 6; i += 2 {
		px, qx := p[i]+p[i+1], q[i]+q[i+1]
		p[i], p[i+1] = px*q[i]/qx, px*q[i+1]/qx
	}
	left, conditional, err := variational.SplitTable(p, q, 2)
	require.NoError(t, err)
	require.InDelta(t, 0, conditional, 1e-15)
	require.InDelta(t, marginal, left, 1e-15)
	marginal, _, err = variational.SplitTable([]float64{1, 1, 1, 1}, []float64{1, 1, 0, 0}, 2)
	require.NoError(t, err)
	require.True(t, math.IsInf(marginal, 1))
	marginal, conditional, err = variational.SplitTable([]float64{1, 1, 0, 0}, []float64{1, 1, 1, 1}, 2)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2, marginal, 1e-15)
	require.Zero(t, conditional)
}

// E KL(p(z|x)‖r) = I + KL(p(z)‖r), I = ½ ln(1 + a²v/b²) in one dimension.
func TestChannel(t *testing.T) {
	c, err := variational.NewChannel(mat.NewDense(1, 1, []float64{1.5}), mat.NewSymDense(1, []float64{0.36}))
	require.NoError(t, err)
	information, err := c.Information(gaussian(t, []float64{2}, []float64{0.7}))
	require.NoError(t, err)
	require.InDelta(t, 0.5*math.Log(1+2.25*0.7/0.36), information, 1e-14)

	c, err = variational.NewChannel(mat.NewDense(2, 3, []float64{1, 0, 0.5, -0.3, 0.8, 0.2}), mat.NewSymDense(2, []float64{0.5, 0.1, 0.1, 0.3}))
	require.NoError(t, err)
	x := gaussian(t, []float64{0.8, -1, 0}, []float64{1.5, 0.2, 0.3, 0.2, 2, 0, 0.3, 0, 0.9})
	r := gaussian(t, []float64{0.2, 0}, []float64{1, 0, 0, 2})
	information, err = c.Information(x)
	require.NoError(t, err)
	z, err := c.Output(x)
	require.NoError(t, err)
	kl, err := divergence.KL(z, r)
	require.NoError(t, err)
	rate, err := c.Rate(x, r)
	require.NoError(t, err)
	require.InDelta(t, information+kl, rate, 1e-13)
	rate, err = c.Rate(x, z)
	require.NoError(t, err)
	require.InDelta(t, information, rate, 1e-13)

	// A symmetric binary channel of error e: ln 2 − h(e).
	const e = 0.11
	information, err = variational.TableInformation([]float64{1 - e, e, e, 1 - e}, 2)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2+e*math.Log(e)+(1-e)*math.Log(1-e), information, 1e-15)
	information, err = variational.TableInformation([]float64{1, 2, 3, 6}, 2)
	require.NoError(t, err)
	require.InDelta(t, 0, information, 1e-15)
}

// The marginal of masked scales is closed, the rates add up to KL(q(z|x)‖p(z)), and the
// bound with all is the evidence.
func TestMultiscale(t *testing.T) {
	layers := []*mat.Dense{variational.Upsampling(4, 4, 1.5), variational.Upsampling(4, 2, 0.8), variational.Upsampling(4, 1, 0.3)}
	m, err := variational.NewMultiscale([]float64{1, 2, 3, 4}, layers, 0.2)
	require.NoError(t, err)
	require.Equal(t, 3, m.Scales())
	for scales := 1; scales <= 3; scales++ {
		v, err := m.Masked(scales)
		require.NoError(t, err)
		cov := v.Marginal().Cov()
		for i := range 4 {
			for j := range 4 {
				want := 1.5 * 1.5
				if scales > 1 && i/2 == j/2 {
					want += 0.64
				}
				if i == j {
					want += 0.2
					if scales > 2 {
						want += 0.09
					}
				}
				require.InDelta(t, want, cov.At(i, j), 1e-14)
			}
		}
	}
	all, err := m.Masked(3)
	require.NoError(t, err)
	x := normals(4*5, 3)
	rates, elbo, log := make([]float64, 15), make([]float64, 5), make([]float64, 5)
	m.Rates(rates, x)
	q := all.Posterior()
	require.NoError(t, all.ELBO(elbo, x, q))
	all.LogDensity(log, x)
	require.InDeltaSlice(t, log, elbo, 1e-12)
	for i := range 5 {
		mean, diff := mat.NewVecDense(7, nil), make([]float64, 4)
		floats.SubTo(diff, x[4*i:][:4], []float64{1, 2, 3, 4})
		mean.MulVec(q.Weight, mat.NewVecDense(4, diff))
		posterior, err := divergence.NewGaussian(mean.RawVector().Data, q.Cov)
		require.NoError(t, err)
		eye := mat.NewSymDense(7, nil)
		for j := range 7 {
			eye.SetSym(j, j, 1)
		}
		prior, err := divergence.NewGaussian(make([]float64, 7), eye)
		require.NoError(t, err)
		kl, err := divergence.KL(posterior, prior)
		require.NoError(t, err)
		require.InDelta(t, kl, floats.Sum(rates[3*i:][:3]), 1e-12)
		// The rate of the coarsest scale is that of its own posterior.
		first, err := divergence.NewGaussian(mean.RawVector().Data[:1], q.Cov.SliceSym(0, 1))
		require.NoError(t, err)
		one, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
		require.NoError(t, err)
		kl, err = divergence.KL(first, one)
		require.NoError(t, err)
		require.InDelta(t, kl, rates[3*i], 1e-12)
	}
}

// exactly is four rows and noise whose second moments are those of N(0, 1): all signs.
var exactly = matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}}

func cosine(steps int) []sde.Level {
	levels := make([]sde.Level, steps+1)
	for i := range levels {
		sin, cos := math.Sincos(math.Pi / 2 * 0.999 * float64(steps-i) / float64(steps))
		levels[i] = sde.Level{Alpha: cos, Sigma: sin}
	}
	return levels
}

// For data N(0, 1) and decoders of the forward variance the bound is the entropy, for
// any number of steps, to rounding.
func TestBoundIsTheEntropy(t *testing.T) {
	g, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	for _, steps := range []int{1, 2, 7, 100} {
		b, err := variational.Hierarchy{Levels: cosine(steps), Prior: 1, Forward: true}.Bound(background, g, []float64{1, 1, -1, -1}, exactly)
		require.NoError(t, err)
		require.Len(t, b.Steps, steps-1)
		require.InDelta(t, 0.5*math.Log(2*math.Pi*math.E), b.Total.Value, 1e-12)
		require.InDelta(t, b.Total.Value, b.Prior+floats.Sum(b.Steps)+b.Decoder, 1e-13)
		bits := flow.BitsPerDim(-b.Total.Value, 1, 0)
		require.InDelta(t, 0.5*math.Log2(2*math.Pi*math.E), bits, 1e-12)
	}
}

// With the posterior's variance a step costs ½(SNR_s − SNR_t)·MSE, and many steps
// ½∫ MSE dSNR; for data N(0, v) that is ½ ln((1 + SNR_0 v)/(1 + SNR_T v)), to which the steps
// converge from above at first order.
func TestStepsAreSNR(t *testing.T) {
	const v = 0.6
	g, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	root := math.Sqrt(v)
	data := []float64{root, root, -root, -root}
	snr := func(l sde.Level) float64 { return math.Exp(2 * l.Lambda()) }
	var excess []float64
	for _, steps := range []int{100, 200, 400} {
		levels := make([]sde.Level, steps+1)
		for i := range levels { // λ from −3 to 4
			snr := math.Exp(2 * (-3 + 7*float64(i)/float64(steps)))
			levels[i] = sde.Level{Alpha: math.Sqrt(snr / (1 + snr)), Sigma: math.Sqrt(1 / (1 + snr))}
		}
		b, err := variational.Hierarchy{Levels: levels}.Bound(background, g, data, exactly)
		require.NoError(t, err)
		require.Len(t, b.Steps, steps)
		for k, got := range b.Steps {
			mmse := v / (1 + snr(levels[k])*v)
			require.InEpsilon(t, 0.5*(snr(levels[k+1])-snr(levels[k]))*mmse, got, 1e-9)
		}
		limit := 0.5 * math.Log((1+snr(levels[steps])*v)/(1+snr(levels[0])*v))
		excess = append(excess, floats.Sum(b.Steps)-limit)
		require.Greater(t, b.Total.Value, 0.5*math.Log(2*math.Pi*math.E*v))
	}
	require.Greater(t, excess[2], 0.0)
	require.InDelta(t, 1, math.Log2(excess[1]/excess[2]), 0.1)
}

// I(x_0; x_t) = ½ ln(1 + SNR v), and dI/dSNR = ½ MMSE, by any model's errors; for two
// points it tends to ln 2.
func TestInformation(t *testing.T) {
	const v = 0.6
	g, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	root := math.Sqrt(v)
	data := []float64{root, root, -root, -root}
	at := func(snr float64) sde.Level { return sde.Level{Alpha: math.Sqrt(snr), Sigma: 1} }
	for _, snr := range []float64{0.01, 1, 500} {
		got, err := variational.Information(background, g, data, at(snr), 12, exactly)
		require.NoError(t, err)
		// v is taken with divisor n − 1 = 3 for the variable, which bends the integrand
		// a little.
		require.InEpsilon(t, 0.5*math.Log1p(snr*v), got.Value, 1e-9)
	}
	errors := make([]float64, 4)
	require.NoError(t, matching.Errors(background, errors, g, data, at(2), exactly))
	const h = 1e-4
	up, err := variational.Information(background, g, data, at(2+h), 8, exactly)
	require.NoError(t, err)
	down, err := variational.Information(background, g, data, at(2-h), 8, exactly)
	require.NoError(t, err)
	require.InDelta(t, 0.5*floats.Sum(errors)/4, (up.Value-down.Value)/(2*h), 1e-7)

	// In the plane, a full covariance: ½ ln det(I + SNR Σ).
	cov := mat.NewSymDense(2, []float64{1, 0.5, 0.5, 2})
	plane, err := score.NewGaussian([]float64{1, 2}, cov)
	require.NoError(t, err)
	got, err := variational.Information(background, plane, plane.Sample(20_000, 1), at(3), 12, matching.Config{})
	require.NoError(t, err)
	require.InDelta(t, 0.5*math.Log((1+3)*(1+6)-2.25), got.Value, 6*got.Error)

	atoms, err := score.NewEmpirical([]float64{-1, 1}, 1)
	require.NoError(t, err)
	points := make([]float64, 20_000)
	for i := range points {
		points[i] = float64(i%2*2 - 1)
	}
	got, err = variational.Information(background, atoms, points, at(100), 40, matching.Config{})
	require.NoError(t, err)
	require.InDelta(t, math.Ln2, got.Value, 6*got.Error)
}

func TestErrors(t *testing.T) {
	_, err := variational.NewLinearVAE([]float64{1}, mat.NewDense(2, 1, nil), 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewLinearVAE([]float64{1, 2}, mat.NewDense(2, 1, nil), 0)
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, err = variational.NewLinearVAE([]float64{1, 2}, mat.NewDense(2, 1, []float64{math.NaN(), 0}), 1)
	require.ErrorIs(t, err, score.ErrNotFinite)
	_, err = variational.FitLinearVAE([]float64{1, 2, 3, 4}, 2, 2)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.FitLinearVAE([]float64{1, 1, 2, 2, 3, 3}, 2, 1)
	require.ErrorIs(t, err, score.ErrIndefinite)
	v := linear(t)
	e := v.Posterior()
	e.Bias = []float64{1}
	require.ErrorIs(t, v.ELBO(make([]float64, 1), make([]float64, 3), e), score.ErrDimension)
	require.ErrorIs(t, v.Gap(make([]float64, 1), make([]float64, 3), variational.Encoder{}), score.ErrDimension)
	e = v.Posterior()
	e.Cov.SetSym(0, 0, -1)
	require.ErrorIs(t, v.ELBO(make([]float64, 1), make([]float64, 3), e), score.ErrIndefinite)
	require.Panics(t, func() { v.LogDensity(make([]float64, 2), make([]float64, 3)) })
	_, err = v.Encoded(gaussian(t, []float64{0}, []float64{1}), v.Posterior())
	require.ErrorIs(t, err, score.ErrDimension)

	p := gaussian(t, []float64{0, 0}, []float64{1, 0, 0, 1})
	_, _, err = variational.Split(p, p, 2)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.Swap(p, 0)
	require.ErrorIs(t, err, score.ErrDimension)
	flat := gaussian(t, []float64{0, 0}, []float64{0, 0, 0, 1})
	_, _, err = variational.Split(flat, p, 1)
	require.ErrorIs(t, err, score.ErrIndefinite)
	_, _, err = variational.SplitTable([]float64{1}, []float64{1, 2}, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, _, err = variational.SplitTable([]float64{1, -1}, []float64{1, 2}, 1)
	require.ErrorIs(t, err, score.ErrWeights)
	_, err = variational.TableInformation([]float64{0, 0}, 2)
	require.ErrorIs(t, err, score.ErrWeights)
	_, err = variational.TableInformation([]float64{1, 2, 3}, 2)
	require.ErrorIs(t, err, score.ErrDimension)

	_, err = variational.NewChannel(mat.NewDense(2, 1, nil), mat.NewSymDense(1, []float64{1}))
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewChannel(mat.NewDense(1, 1, nil), mat.NewSymDense(1, nil))
	require.ErrorIs(t, err, score.ErrIndefinite)
	c, err := variational.NewChannel(mat.NewDense(1, 1, nil), mat.NewSymDense(1, []float64{1}))
	require.NoError(t, err)
	_, err = c.Information(p)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = c.Rate(gaussian(t, []float64{0}, []float64{1}), p)
	require.ErrorIs(t, err, score.ErrDimension)

	_, err = variational.NewMultiscale([]float64{1, 2}, nil, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = variational.NewMultiscale([]float64{1, 2}, []*mat.Dense{mat.NewDense(3, 1, nil)}, 1)
	require.ErrorIs(t, err, score.ErrDimension)
	require.Panics(t, func() { variational.Upsampling(4, 3, 1) })

	g, err := score.NewIsotropic([]float64{0}, 1)
	require.NoError(t, err)
	for _, h := range []variational.Hierarchy{
		{}, {Levels: cosine(3)}, {Levels: []sde.Level{{Alpha: 1, Sigma: 1}, {Alpha: 1, Sigma: 1}}},
		{Levels: []sde.Level{{Alpha: 1, Sigma: math.NaN()}, {Alpha: 1}}}, {Levels: []sde.Level{{Alpha: 1}, {Alpha: 1}}, Forward: true},
	} {
		_, err = h.Bound(background, g, []float64{1, 2}, matching.Config{})
		require.ErrorIs(t, err, score.ErrLevel)
	}
	h := variational.Hierarchy{Levels: cosine(3), Forward: true, Prior: -1}
	_, err = h.Bound(background, g, []float64{1, 2}, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	h.Prior = 0
	_, err = h.Bound(background, g, nil, matching.Config{})
	require.ErrorIs(t, err, score.ErrDimension)
	_, err = h.Bound(background, g, []float64{math.NaN()}, matching.Config{})
	require.ErrorIs(t, err, score.ErrNotFinite)
	stopped, cancel := context.WithCancel(background)
	cancel()
	_, err = h.Bound(stopped, g, []float64{1, 2}, matching.Config{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = variational.Information(background, g, []float64{1, 2}, sde.Level{Alpha: 1}, 3, matching.Config{})
	require.ErrorIs(t, err, score.ErrLevel)
	_, err = variational.Information(background, g, []float64{1, 2}, sde.Level{Alpha: 1, Sigma: 1}, 0, matching.Config{})
	require.ErrorIs(t, err, score.ErrConfig)
	none, err := variational.Information(background, g, []float64{2, 2}, sde.Level{Alpha: 1, Sigma: 1}, 3, matching.Config{})
	require.NoError(t, err)
	require.Zero(t, none.Value)
}
