package variational_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

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
