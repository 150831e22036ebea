package sensitivity_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// network is y_i' = Σ_j a_ij tanh y_j + Σ_k b_ik p_k cos(t + y_i), any n and m.
func network(n, m int, a, b []float64) sensitivity.System {
	return sensitivity.System{
		Field: func(d []float64, t float64, y, p []float64) error {
			for i := range n {
				d[i] = 0
				for j := range n {
					d[i] += a[i*n+j] * math.Tanh(y[j])
				}
				for k := range m {
					d[i] += b[i*m+k] * p[k] * math.Cos(t+y[i])
				}
			}
			return nil
		},
		Jacobian: func(fy, fp *mat.Dense, t float64, y, p []float64) error {
			for i := range n {
				for j := range n {
					fy.Set(i, j, a[i*n+j]/(math.Cosh(y[j])*math.Cosh(y[j])))
				}
				for k := range m {
					fy.Set(i, i, fy.At(i, i)-b[i*m+k]*p[k]*math.Sin(t+y[i]))
					fp.Set(i, k, b[i*m+k]*math.Cos(t+y[i]))
				}
			}
			return nil
		},
	}
}

// Whatever the system, method, steps, output times, stops and checkpoints, the
// gradient is the product with the forward sensitivities.
func TestGradientIsForwardWhatever(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.Float64Range(-1, 1)
		n, m := rapid.IntRange(1, 4).Draw(r, "n"), rapid.IntRange(0, 3).Draw(r, "m")
		vector := func(size int, name string) []float64 { return rapid.SliceOfN(number, size, size).Draw(r, name) }
		s := network(n, m, vector(n*n, "a"), vector(n*m, "b"))
		y0, p, end := vector(n, "y0"), vector(m, "p"), vector(n, "end")
		t0 := number.Draw(r, "t0")
		t1 := t0 + 2*number.Draw(r, "span")
		method := rapid.SampledFrom(integrators.Catalogue).Draw(r, "method").Method
		c := ode.Config{Step: rapid.Float64Range(0.05, 0.5).Draw(r, "step")}
		if method.Est > 0 && rapid.Bool().Draw(r, "adaptive") {
			c = tolerance(1e-4)
		}
		times := func(name string) []float64 {
			u := rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 4).Draw(r, name)
			slices.Sort(u)
			for i := range u {
				u[i] = t0 + u[i]*(t1-t0)
				if (t1-u[i])*(t1-t0) < 0 {
					u[i] = t1
				}
			}
			return u
		}
		c.At = times("at")
		c.Stops = slices.DeleteFunc(times("stops"), func(t float64) bool { return t == t0 })
		var mu [][]float64
		for range c.At {
			mu = append(mu, vector(n, "mu"))
		}
		f, err := sensitivity.Forward(background, method, s, t0, t1, y0, p, sensitivity.Config{Config: c})
		require.NoError(r, err)
		record, err := sensitivity.Record(background, method, s, t0, t1, y0, p, c, rapid.IntRange(0, 5).Draw(r, "every"))
		require.NoError(r, err)
		require.Equal(r, f.Y, record.Y)
		require.Equal(r, f.At, record.At)
		dy0, dp, err := record.Gradient(background, end, mu)
		require.NoError(r, err)
		bound := 1e-12 // of terms of size 1, a few each
		if method == integrators.Verner6 || method == integrators.Verner8 {
			bound = 1e-9
		}
		wantP := make([]float64, m)
		wantY := make([]float64, n)
		add := func(y0, p *mat.Dense, v []float64) {
			for i := range n {
				for j := range n {
					wantY[j] += v[i] * y0.At(i, j)
				}
				for j := range m {
					wantP[j] += v[i] * p.At(i, j)
				}
			}
		}
		at := func(list []*mat.Dense, i int) *mat.Dense {
			if m == 0 {
				return nil
			}
			return list[i]
		}
		add(f.Y0, f.P, end)
		for i := range mu {
			add(f.AtY0[i], at(f.AtP, i), mu[i])
		}
		require.InDeltaSlice(r, wantY, dy0, bound)
		if m > 0 {
			require.InDeltaSlice(r, wantP, dp, bound)
		}
	})
}
