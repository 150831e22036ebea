package fokkerplanck

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func fit(n, e []float64) float64 {
	x, y := make([]float64, len(n)), make([]float64, len(n))
	for i := range n {
		x[i], y[i] = -math.Log(n[i]), math.Log(e[i])
	}
	_, b := stat.LinearRegression(x, y, nil, false)
	return b
}

// bent has n cells on [lo, hi] of width 1 + c cos times the mean.
func bent(lo, hi, c float64, n int) Grid {
	edges := make([]float64, n+1)
	for i := range edges {
		u := float64(i) / float64(n)
		edges[i] = lo + (hi-lo)*(u+c*math.Sin(2*math.Pi*u)/(2*math.Pi))
	}
	g, err := NewGrid(edges)
	if err != nil {
		panic(err)
	}
	return g
}

func TestSellingDecomposes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		angle := rapid.Float64Range(0, math.Pi).Draw(rt, "angle")
		big, ratio := rapid.Float64Range(1e-3, 1e3).Draw(rt, "size"), math.Pow(10, rapid.Float64Range(-4, 0).Draw(rt, "log ratio"))
		c, s := math.Cos(angle), math.Sin(angle)
		d := tensor{big * (c*c + ratio*s*s), big * c * s * (1 - ratio), big * (s*s + ratio*c*c)}
		e, l, ok := d.decompose()
		require.True(rt, ok)
		var sum tensor
		for k, v := range e {
			require.GreaterOrEqual(rt, l[k], 0.0)
			x, y := float64(v[0]), float64(v[1])
			sum.xx, sum.xy, sum.yy = sum.xx+l[k]*x*x, sum.xy+l[k]*x*y, sum.yy+l[k]*y*y
			require.Equal(rt, [3][2]int{{1, 0}, {0, 1}, {1, 1}}[k], [2]int{v[0] & 1, v[1] & 1}, "parity")
		}
		require.InDelta(rt, d.xx, sum.xx, 1e-11*big)
		require.InDelta(rt, d.xy, sum.xy, 1e-11*big)
		require.InDelta(rt, d.yy, sum.yy, 1e-11*big)
	})
	// A D that fits the cells needs the axes and a diagonal.
	e, l, ok := tensor{2, -0.5, 1}.decompose()
	require.True(t, ok)
	require.Equal(t, [3][2]int{{1, 0}, {0, 1}, {-1, 1}}, e)
	require.Equal(t, [3]float64{1.5, 0.5, 0.5}, l)
}

// turning is a problem whose tensor turns from place to place, up to 1:8.
func turning(walls [4]Wall) PlaneProblem {
	return PlaneProblem{
		Drift: func(x, y, _ float64) (float64, float64) { return math.Sin(2 * math.Pi * y), 1 + math.Cos(2*math.Pi*x) },
		Diffusion: func(x, y, _ float64) (float64, float64, float64) {
			s, c := math.Sincos(math.Sin(2*math.Pi*x) + math.Cos(2*math.Pi*y))
			return 0.4*c*c + 0.05*s*s, 0.35 * s * c, 0.4*s*s + 0.05*c*c
		},
		Left: walls[0], Right: walls[1], Bottom: walls[2], Top: walls[3], Steady: true,
	}
}

var wallings = [][4]Wall{
	{}, {Absorbing, Absorbing, Absorbing, Absorbing}, {Absorbing, Reflecting, Reflecting, Absorbing},
	{Periodic, Periodic, Periodic, Periodic}, {Periodic, Periodic, Reflecting, Absorbing}, {Absorbing, Absorbing, Periodic, Periodic},
}

// matrix is L of the directions, all or one of them.
func (b *bonds) matrix(ds ...*direction) *mat.Dense {
	n := b.nx * b.ny
	l := mat.NewDense(n, n, nil)
	add := func(i, j int, v float64) { l.Set(i, j, l.At(i, j)+v) }
	for _, d := range ds {
		for i := range n {
			if d.kill != nil {
				add(i, i, -d.kill[i])
			}
			if d.fwd[i] > 0 || d.bwd[i] > 0 {
				c := int2{i%b.nx + d.e[0], i/b.nx + d.e[1]}
				b.wrap(&c)
				j := c[0] + b.nx*c[1]
				add(i, i, -d.fwd[i])
				add(j, i, d.fwd[i])
				add(j, j, -d.bwd[i])
				add(i, j, d.bwd[i])
			}
		}
	}
	return l
}

func TestSweepsSolveEveryDirection(t *testing.T) {
	for _, w := range wallings {
		g := Plane{bent(0, 1, 0.4, 9), bent(0, 1, 0.2, 7)}
		s := newPlaneStepper(turning(w), g)
		require.NoError(t, s.rates(0))
		require.GreaterOrEqual(t, len(s.directions), 4)
		for _, d := range s.directions {
			for _, h := range []float64{1e-3, 0.1, 10} {
				var a mat.Dense
				a.Scale(-h, s.matrix(d))
				n := g.Cells()
				b := make([]float64, n)
				for i := range n {
					a.Set(i, i, 1+a.At(i, i))
					b[i] = 1 + math.Sin(float64(3*i))
				}
				var want mat.VecDense
				require.NoError(t, want.SolveVec(&a, mat.NewVecDense(n, b)))
				m := append([]float64(nil), b...)
				d.solve(m, h, s.nx, &s.gathered)
				require.InDeltaSlice(t, want.RawVector().Data, m, 1e-12, "walls %v, direction %v, h = %v", w, d.e, h)
			}
		}
	}
}

// Against the exponential of the matrix: the order in time alone; mass; sign.
func TestOrdersInTimeInThePlane(t *testing.T) {
	for _, w := range wallings {
		g := Plane{bent(0, 1, 0.3, 9), bent(0, 1, 0.2, 8)}
		pr := turning(w)
		s := newPlaneStepper(pr, g)
		require.NoError(t, s.rates(0))
		p0 := g.Averages(func(x, y float64) float64 { return 1 + math.Sin(2*math.Pi*x)*math.Cos(2*math.Pi*y) })
		n := g.Cells()
		m := mat.NewVecDense(n, nil)
		for i, v := range p0 {
			m.SetVec(i, v*g.area(i))
		}
		var e mat.Dense
		e.Scale(0.2, s.matrix(s.directions...))
		e.Exp(&e)
		m.MulVec(&e, m)
		want := make([]float64, n)
		for i := range want {
			want[i] = m.AtVec(i) / g.area(i)
		}
		for scheme, order := range map[Scheme]float64{BackwardEuler: 1, TRBDF2: 2, CrankNicolson: 2} {
			ns, es := []float64{64, 128, 256}, []float64{}
			for _, k := range ns {
				p, err := SolvePlane(t.Context(), pr, g, p0, 0, 0.2, Config{Steps: int(k), Scheme: scheme})
				require.NoError(t, err)
				es = append(es, floats.Distance(p, want, 2))
			}
			require.InDelta(t, order, fit(ns, es), 0.1, "walls %v, scheme %d: %v", w, scheme, es)
		}
	}
}

// From a point of mass, by long steps: positive, and of its mass.
func TestPositiveAlwaysInThePlane(t *testing.T) {
	for _, w := range wallings {
		pr := turning(w)
		g := Plane{bent(0, 1, 0.3, 20), bent(0, 1, 0.2, 17)}
		for _, start := range []int{0, 170, 339} {
			p0 := make([]float64, g.Cells())
			p0[start] = 1 / g.area(start)
			for scheme := TRBDF2; scheme <= CrankNicolson; scheme++ {
				for _, steps := range []int{1, 4, 30} {
					p, err := SolvePlane(t.Context(), pr, g, p0, 0, 3, Config{Steps: steps, Scheme: scheme})
					require.NoError(t, err)
					require.GreaterOrEqual(t, floats.Min(p), 0.0)
					if w == wallings[0] || w == wallings[3] {
						require.InDelta(t, 1, g.Mass(p), 1e-12)
					} else {
						require.LessOrEqual(t, g.Mass(p), 1+1e-12)
					}
				}
			}
		}
	}
}

// tilted is dx = A x dt + b dw with D of correlation 0.6 and a rotating drift.
var tilted = PlaneProblem{
	Drift:     func(x, y, _ float64) (float64, float64) { return -x + 0.5*y, -0.8*x - 1.2*y },
	Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 1, 0.42, 0.49 },
	Steady:    true,
}

func tiltedLaw(t *testing.T, at float64) func(x, y float64) float64 {
	m, p, err := Moments(mat.NewDense(2, 2, []float64{-1, 0.5, -0.8, -1.2}), nil, mat.NewSymDense(2, []float64{1, 0.42, 0.42, 0.49}),
		mat.NewVecDense(2, []float64{0.7, -0.4}), mat.NewSymDense(2, []float64{0.3, -0.1, -0.1, 0.25}), at)
	require.NoError(t, err)
	det := p.At(0, 0)*p.At(1, 1) - p.At(0, 1)*p.At(0, 1)
	return func(x, y float64) float64 {
		x, y = x-m.AtVec(0), y-m.AtVec(1)
		return math.Exp(-0.5*(p.At(1, 1)*x*x-2*p.At(0, 1)*x*y+p.At(0, 0)*y*y)/det) / (2 * math.Pi * math.Sqrt(det))
	}
}

func TestPlaneIsOfSecondOrder(t *testing.T) {
	n := []float64{32, 48, 64, 96}
	e := make([]float64, len(n))
	for i, v := range n {
		g := Plane{bent(-6, 6, -0.4, int(v)), bent(-6, 6, -0.3, int(v))}
		p0 := g.Averages(tiltedLaw(t, 0))
		p, err := SolvePlane(t.Context(), tilted, g, p0, 0, 0.5, Config{Steps: int(v)})
		require.NoError(t, err)
		want := g.Averages(tiltedLaw(t, 0.5))
		require.InDelta(t, g.Mass(p0), g.Mass(p), 1e-12)
		for k := range p {
			require.GreaterOrEqual(t, p[k], 0.0)
			e[i] += math.Abs(p[k]-want[k]) * g.area(k)
		}
	}
	require.InDelta(t, 2, fit(n, e), 0.15, "%v", e)
}

func TestPlaneStepsDoNotAllocate(t *testing.T) {
	for _, w := range wallings {
		g := Plane{bent(0, 1, 0.3, 12), bent(0, 1, 0.2, 11)}
		for scheme := TRBDF2; scheme <= CrankNicolson; scheme++ {
			pr := turning(w)
			pr.Steady = scheme == TRBDF2
			s := newPlaneStepper(pr, g)
			for i := range s.m {
				s.m[i] = float64(i % 2)
			}
			step := func() {
				if err := s.step(scheme, 0, 0.1, false); err != nil {
					t.Fatal(err)
				}
			}
			step()
			step()
			require.Zero(t, testing.AllocsPerRun(5, step))
		}
	}
}
