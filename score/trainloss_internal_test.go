package score

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// A loss weighs an error δ of D as its parameterisation measures it: with
// δ = c (F − target), weight·(δ/c)² is the square of the change of that
// parameterisation's value. Which level of (α, σ) ∝ (1, s) is the value's own.
func TestLossWeights(t *testing.T) {
	const sd, d = 0.7, 0.01
	for _, e := range []struct {
		loss string
		p    Parameterisation
		at   func(s float64) sde.Level
		most float64 // of the weight on δ²
	}{
		{"edm", EDM(sd), func(s float64) sde.Level { return sde.Level{Alpha: 1, Sigma: s} }, math.Inf(1)},
		{"likelihood", Noise, func(s float64) sde.Level { return sde.Level{Alpha: 1, Sigma: s} }, math.Inf(1)},
		{"simple", Noise, func(s float64) sde.Level { return sde.Level{Alpha: 2, Sigma: 2 * s} }, math.Inf(1)},
		{"min-snr", Noise, func(s float64) sde.Level { return sde.Level{Alpha: 1, Sigma: s} }, 5},
		{"velocity", Velocity, func(s float64) sde.Level {
			return sde.Level{Alpha: 1 / math.Hypot(1, s), Sigma: s / math.Hypot(1, s)}
		}, math.Inf(1)},
		{"sliced", Noise, func(s float64) sde.Level { return sde.Level{Alpha: 1, Sigma: s} }, math.Inf(1)},
		{"implicit", Noise, func(s float64) sde.Level { return sde.Level{Alpha: 1, Sigma: s} }, math.Inf(1)},
		{"flow", Flow, func(s float64) sde.Level { return sde.Level{Alpha: 1 / (1 + s), Sigma: s / (1 + s)} }, math.Inf(1)},
	} {
		loss, err := lossByName(e.loss)
		require.NoError(t, err)
		for _, s := range []float64{0.01, 0.2, 0.44, 0.5, 1, 3, 50} {
			at := e.at(s)
			x, value := []float64{0.3}, [2]float64{}
			for i := range value {
				require.NoError(t, e.p.FromDenoiser(value[i:i+1], x, []float64{0.1 + d*float64(i)}, at))
			}
			change := value[1] - value[0]
			if change*change > e.most*d*d {
				change = math.Sqrt(e.most) * d
			}
			c := s * sd / math.Hypot(s, sd)
			require.InEpsilon(t, change*change, loss.weight(s, sd)*(d/c)*(d/c), 1e-9, "%s at %v", e.loss, s)
		}
	}
}

// The levels have the law that is named: a function of each makes them uniform.
// Kolmogorov's distance of n draws is above √(ln(2/p)/2n) with a chance below p;
// here p = 1e-7.
func TestLossLevels(t *testing.T) {
	const n, sd = 20000, 0.7
	c := TrainConfig{}.withDefaults()
	vp, err := sde.ByName("vp")
	require.NoError(t, err)
	require.Equal(t, linearSchedule, vp)
	inside := func(t float64) float64 { return (t - open) / (1 - 2*open) }
	normal := func(s float64) float64 { return 0.5 * math.Erfc(-(math.Log(s/sd)+0.5)/1.4/math.Sqrt2) }
	uniform := map[string]func(s float64) float64{
		"edm": normal, "sliced": normal, "implicit": normal, // whose tails are cut for the network
		"likelihood": func(s float64) float64 {
			return (math.Log(s/sd) + 0.5 + 4*1.4) / (8 * 1.4)
		},
		"simple":   func(s float64) float64 { return (vp.TimeOf(-math.Log(s)) - open) / (1 - open) },
		"min-snr":  func(s float64) float64 { return (vp.TimeOf(-math.Log(s)) - open) / (1 - open) },
		"velocity": func(s float64) float64 { return inside(2 / math.Pi * math.Atan(s)) },
		"flow":     func(s float64) float64 { return inside(s / (1 + s)) },
	}
	for _, loss := range Losses {
		s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Test})
		u := make([]float64, n)
		lo, hi := loss.span(&c, sd)
		for i := range u {
			level := loss.draw(&s, &c, sd)
			u[i] = uniform[loss.Name](level)
			switch loss.Name {
			case "edm", "sliced", "implicit":
			default:
				require.GreaterOrEqual(t, math.Log(level), lo-1e-9, loss.Name)
				require.LessOrEqual(t, math.Log(level), hi+1e-9, loss.Name)
			}
		}
		slices.Sort(u)
		var most float64
		for i, v := range u {
			most = max(most, math.Abs(v-(float64(i)+0.5)/n))
		}
		require.Less(t, most, math.Sqrt(math.Log(2/1e-7)/2/n), loss.Name)
	}
}

// Every schedule begins at the peak and none rises or ends below zero.
func TestSchedules(t *testing.T) {
	c := TrainConfig{Steps: 1000}
	want := map[string][3]float64{ // at 0, 500 and 1000
		"cosine": {1, 0.505, 0.01}, "constant": {1, 1, 1}, "sqrt": {1, math.Sqrt(0.2), math.Sqrt(0.1)},
	}
	for _, s := range Schedules {
		for i, step := range []float64{0, 500, 1000} {
			require.InDelta(t, want[s.Name][i], s.factor(step, &c), 1e-12, s.Name)
		}
		for step := range 1000 {
			require.LessOrEqual(t, s.factor(float64(step+1), &c), s.factor(float64(step), &c))
		}
	}
}

// γ of the widths that the paper tabulates, and the width of a profile by a sum over
// its weights. Karras et al. (2024), table 4 lists γ = 16.97 and 6.94 for 5 and 10 %.
func TestProfileExponent(t *testing.T) {
	for width, want := range map[float64]float64{0.05: 16.97, 0.1: 6.94} {
		p := Profile{Width: width, Step: 1}
		g := p.exponent()
		require.InDelta(t, want, g, 0.005)
		var sum, mean, square float64
		const n = 200000
		for i := range n {
			u := (float64(i) + 0.5) / n
			w := math.Pow(u, g)
			sum, mean, square = sum+w, mean+w*u, square+w*u*u
		}
		mean /= sum
		require.InDelta(t, width, math.Sqrt(square/sum-mean*mean), 1e-6)
	}
}

// The running average is the sum that it stands for, to the order of 1/steps.
func TestPowerAverage(t *testing.T) {
	const steps = 4000
	p := newPower(0.1, 1)
	var sum, weight float64
	for k := 1; k <= steps; k++ {
		theta := math.Sin(float64(k) / 300)
		p.add([]float32{float32(theta)}, k)
		w := math.Pow(float64(k)/steps, p.exponent)
		sum, weight = sum+w*theta, weight+w
	}
	require.InDelta(t, sum/weight, p.weights[0], 1e-3)
	// Overlap of two profiles, against a sum.
	a, b := Profile{0.1, 1000}, Profile{0.05, 1500}
	var overlap float64
	const n = 100000
	g, h := a.exponent(), b.exponent()
	for i := range n {
		u := 1000 * (float64(i) + 0.5) / n
		overlap += (g + 1) / 1000 * math.Pow(u/1000, g) * (h + 1) / 1500 * math.Pow(u/1500, h) * 1000 / n
	}
	require.InEpsilon(t, overlap, a.overlap(b), 1e-6)
}
