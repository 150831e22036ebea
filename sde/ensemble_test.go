package sde_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

// keep is a reducer of a user's: all rows, in order.
type keep struct {
	width int
	rows  []float64
}

func (k *keep) New() statistics.Reducer    { return &keep{width: k.width} }
func (k *keep) Width() int                 { return k.width }
func (k *keep) Add(rows []float64)         { k.rows = append(k.rows, rows...) }
func (k *keep) Merge(o statistics.Reducer) { k.Add(o.(*keep).rows) }
func (k *keep) Reset()                     { k.rows = k.rows[:0] }
func (k *keep) AppendBinary(b []byte) ([]byte, error) {
	return binary.Append(b, binary.LittleEndian, k.rows)
}

func (k *keep) UnmarshalBinary(b []byte) error {
	k.rows = make([]float64, len(b)/8)
	return binary.Read(bytes.NewReader(b), binary.LittleEndian, k.rows)
}

func all(t testing.TB, width int) []statistics.Reducer {
	m, err := statistics.NewMoments(width, 4)
	require.NoError(t, err)
	c, err := statistics.NewCovariance(width)
	require.NoError(t, err)
	h, err := statistics.NewHistogram(width, 0, 0, 3, 20)
	require.NoError(t, err)
	q, err := quantiles.New(width, width-1, 0.01)
	require.NoError(t, err)
	return []statistics.Reducer{m, c, h, q}
}

// bits are the states of all statistics of a result.
func bits(t *testing.T, r sde.EnsembleResult) []byte {
	var b []byte
	for _, set := range r.Statistics {
		for _, s := range set {
			var err error
			b, err = s.AppendBinary(b)
			require.NoError(t, err)
		}
	}
	return b
}

func small(t testing.TB) sde.Ensemble {
	return sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(2, sde.Ito, 0.3, 0.5),
		T1: 1, Steps: 20, Times: []float64{0, 0.5, 1}, Initial: []float64{1, 2},
		Paths: 11*sde.ChunkPaths + 333, Address: noise.Address{Seed: 3, Row: 64, Step: 5}, Statistics: all(t, 2),
	}
}

// The paths are those of Solve, to the bit, in the order of rows.
func TestEnsembleHasThePathsOfSolve(t *testing.T) {
	e := small(t)
	e.Paths, e.Times = 5000, []float64{0.5, 1}
	e.Statistics = []statistics.Reducer{&keep{width: 2}}
	y0 := make([]float64, 2*5000)
	for i := range y0 {
		y0[i] = e.Initial[i%2]
	}
	var want [2][]float64
	c := sde.Config{Steps: 20, Address: e.Address, Every: 10, Observe: func(s sde.Snapshot) error {
		if s.Step > 0 {
			want[s.Step/10-1] = append([]float64(nil), s.Y...)
		}
		return nil
	}}
	_, err := sde.Solve(t.Context(), e.Method, e.System, 0, 1, y0, c)
	require.NoError(t, err)
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 5000, r.Paths)
	for i := range want {
		require.Equal(t, want[i], r.Statistics[i][0].(*keep).rows)
	}

	// Of long rows, in tiles of fewer.
	long := e
	long.System, long.Initial = geometric(9, sde.Ito, 0.3, 0.5), ones(9)
	long.Statistics, long.Times = []statistics.Reducer{&keep{width: 9}}, nil
	solved, err := sde.Solve(t.Context(), e.Method, long.System, 0, 1, ones(9*5000), sde.Config{Steps: 20, Address: e.Address})
	require.NoError(t, err)
	r, err = long.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, solved.Y, r.Statistics[0][0].(*keep).rows)

	// From states that Start draws.
	e.Initial, e.Start = nil, func(rows []float64, at noise.Address) error {
		noise.Gaussian{}.Normal(rows, 2, at)
		for i := range rows {
			rows[i] = math.Exp(rows[i])
		}
		return nil
	}
	e.Times = []float64{0}
	r, err = e.Run(t.Context())
	require.NoError(t, err)
	noise.Gaussian{}.Normal(y0, 2, noise.Address{Seed: 3, Use: noise.Prior, Row: 64, Step: 5})
	for i := range y0 {
		y0[i] = math.Exp(y0[i])
	}
	require.Equal(t, y0, r.Statistics[0][0].(*keep).rows)
}

// The same bits for any number of workers, and in the order in which the paths
// of slower chunks come.
func TestEnsembleHasTheSameBits(t *testing.T) {
	e := small(t)
	e.Workers = 1
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Paths, r.Paths)
	want := bits(t, r)
	for _, workers := range []int{2, 3, 16, 0} {
		e.Workers = workers
		last := uint64(0)
		e.Progress = func(done, total uint64) error {
			require.Greater(t, done, last)
			require.Equal(t, e.Paths, total)
			last = done
			return nil
		}
		r, err := e.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, bits(t, r), "%d workers", workers)
		require.Equal(t, e.Paths, last)
	}
}

// Means and variances of geometric Brownian motion at three times, sections of
// steps of unlike length among them, within five standard errors; Milstein's
// weak error at these steps is a tenth of that.
func TestEnsembleHasTheLaw(t *testing.T) {
	const a, b = 0.3, 0.4
	e := sde.Ensemble{
		Method: stochastic.Milstein{}, System: geometric(1, sde.Ito, a, b),
		T0: 0, T1: 1.5, Steps: 250, Times: []float64{0.1, 0.777, 1.5}, Initial: []float64{1},
		Paths: 2e4, Address: noise.Address{Seed: 1}, Statistics: all(t, 1),
	}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Times, r.Times)
	for i, at := range e.Times {
		m := r.Statistics[i][0].(*statistics.Moments)
		mean := math.Exp(a * at)
		require.Less(t, math.Abs(m.Mean(0).Deviations(mean)), 5.0)
		require.Less(t, math.Abs(m.Variance(0).Deviations(mean*mean*math.Expm1(b*b*at))), 5.0)
		median := math.Exp((a - b*b/2) * at)
		lo, hi := r.Statistics[i][3].(*quantiles.Sketch).Interval(0.5, 1-1e-6)
		require.Less(t, lo, median*1.01)
		require.Greater(t, hi, median/1.01)
	}
}

func TestEnsembleIsChecked(t *testing.T) {
	for text, change := range map[string]func(e *sde.Ensemble){
		"no Method":            func(e *sde.Ensemble) { e.Method = nil },
		"Paths 0":              func(e *sde.Ensemble) { e.Paths = 0 },
		"Initial has 1":        func(e *sde.Ensemble) { e.Initial = e.Initial[:1] },
		"y0[0] is NaN":         func(e *sde.Ensemble) { e.Initial = []float64{math.NaN(), 0} },
		"Initial and Start":    func(e *sde.Ensemble) { e.Start = func([]float64, noise.Address) error { return nil } },
		"no Statistics":        func(e *sde.Ensemble) { e.Statistics = nil },
		"not of rows of 2":     func(e *sde.Ensemble) { e.Statistics = all(t, 1) },
		"Width 0":              func(e *sde.Ensemble) { e.Quantity.Of = func([]float64, sde.Observation) error { return nil } },
		"Times[1] = 0.25":      func(e *sde.Ensemble) { e.Times = []float64{0.5, 0.25} },
		"Times[0] = 2":         func(e *sde.Ensemble) { e.Times = []float64{2} },
		"not one of Grid":      func(e *sde.Ensemble) { e.Steps, e.Grid, e.Times = 0, []float64{0, 0.6, 1}, []float64{0.5} },
		"Steps 0":              func(e *sde.Ensemble) { e.Steps = 0 },
		"shorter than round":   func(e *sde.Ensemble) { e.T0, e.T1, e.Times = 1, math.Nextafter(1, 2), nil },
		"Barriers[0]: coordin": func(e *sde.Ensemble) { e.Barriers = []sde.Barrier{{Coordinate: 2}} },
		"Barriers[0]: the lev": func(e *sde.Ensemble) { e.Barriers = []sde.Barrier{{Level: math.NaN()}} },
		"not valid":            func(e *sde.Ensemble) { e.Method = stochastic.Heun{} },
		"Checkpoint.Every -1":  func(e *sde.Ensemble) { e.Checkpoint.Every = -1 },
	} {
		e := small(t)
		change(&e)
		r, err := e.Run(t.Context())
		require.ErrorContains(t, err, text)
		require.Nil(t, r.Statistics)
	}
}

// Ten times the steps, the same allocations.
func TestEnsembleStepAllocatesNothing(t *testing.T) {
	e := small(t)
	e.Workers, e.Paths, e.Barriers = 1, 3000, []sde.Barrier{{Level: 0.5}, {Coordinate: 1, Level: 3, Discrete: true}}
	e.Quantity = sde.Quantity{Width: 2, Of: func(dst []float64, o sde.Observation) error {
		for i, at := range o.Ended {
			dst[2*i], dst[2*i+1] = math.Min(at, 9), float64(o.EndedBy[i])
		}
		return nil
	}}
	count := func(steps int) float64 {
		e.Steps = steps
		e.Grid, e.Times = make([]float64, steps+1), nil
		for k := range e.Grid {
			e.Grid[k] = float64(k) / float64(steps)
		}
		e.Steps = 0
		return testing.AllocsPerRun(3, func() {
			_, err := e.Run(t.Context())
			require.NoError(t, err)
		})
	}
	require.InDelta(t, count(10), count(100), 3)
}
