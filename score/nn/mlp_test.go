package nn_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

func network(t testing.TB) *nn.MLP {
	t.Helper()
	m, err := nn.NewMLP(nn.Shape{Dim: 3, Hidden: 17, Blocks: 2})
	require.NoError(t, err)
	m.Init(1)
	// Every weight takes part, also those that Init leaves at zero.
	s := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	for i := range m.W {
		m.W[i] += float32(0.1 * s.Normal())
	}
	return m
}

func inputs(rows int) (x, dy []float32, c []float64) {
	s := noise.NewStream(noise.Address{Seed: 3, Use: noise.Test})
	x, dy, c = make([]float32, rows*3), make([]float32, rows*3), make([]float64, rows)
	for i := range x {
		x[i], dy[i] = float32(s.Normal()), float32(s.Normal())
	}
	for i := range c {
		c[i] = 0.5 * s.Normal()
	}
	return x, dy, c
}

// The gradient of Σ dy·F against central differences, for every parameter.
// Differences of float32 sums of size 10 with step 1/64 are good to
// 10·6e-8/(1/32) = 2e-5 by rounding and h²F”'/6 = 1e-4 by truncation.
func TestBackwardAgainstDifferences(t *testing.T) {
	m := network(t)
	const rows = 5
	x, dy, c := inputs(rows)
	s := m.NewPass(rows, true)
	y := make([]float32, len(x))
	value := func() float64 {
		m.Pack(false)
		s.Forward(y, x, c, nil)
		var sum float64
		for i, v := range y {
			sum += float64(v) * float64(dy[i])
		}
		return sum
	}
	m.Pack(true)
	s.Forward(y, x, c, nil)
	grad := make([]float32, len(m.W))
	s.Backward(grad, nil, dy, x)
	require.Equal(t, m.Shape.Parameters(), len(m.W))
	const h = 1. / 64
	for i := range m.W {
		w := m.W[i]
		m.W[i] = w + h
		up := value()
		m.W[i] = w - h
		down := value()
		m.W[i] = w
		want := (up - down) / (2 * h)
		require.InDelta(t, want, grad[i], 2e-3*(1+math.Abs(want)), "parameter %d", i)
	}
}

// A second Backward adds to the gradient.
func TestBackwardAccumulates(t *testing.T) {
	m := network(t)
	x, dy, c := inputs(4)
	s := m.NewPass(4, true)
	y := make([]float32, len(x))
	m.Pack(true)
	s.Forward(y, x, c, nil)
	once, twice := make([]float32, len(m.W)), make([]float32, len(m.W))
	s.Backward(once, nil, dy, x)
	s.Backward(twice, nil, dy, x)
	s.Backward(twice, nil, dy, x)
	for i := range once {
		require.InDelta(t, 2*once[i], twice[i], 1e-4*(1+math.Abs(float64(once[i]))))
	}
}

// A row's result is the same bits alone and in a batch, with its own level or a
// shared one.
func TestForwardRowsAreIndependent(t *testing.T) {
	m := network(t)
	const rows = 50
	x, _, c := inputs(rows)
	s := m.NewPass(rows, true)
	m.Pack(false)
	batch, alone := make([]float32, len(x)), make([]float32, 3)
	s.Forward(batch, x, c, nil)
	for r := range rows {
		s.Forward(alone, x[3*r:3*r+3], c[r:r+1], nil)
		require.Equal(t, batch[3*r:3*r+3], alone)
	}
}

func TestForwardDoesNotAllocate(t *testing.T) {
	m := network(t)
	x, dy, c := inputs(40)
	s := m.NewPass(40, true)
	m.Pack(true)
	y, grad := make([]float32, len(x)), make([]float32, len(m.W))
	require.Zero(t, testing.AllocsPerRun(10, func() {
		s.Forward(y, x, c, nil)
		s.Backward(grad, nil, dy, x)
		m.Pack(true)
	}))
}

func TestShapeLimits(t *testing.T) {
	for _, s := range []nn.Shape{{}, {Dim: -1, Hidden: 1}, {Dim: 1, Hidden: 1 << 20}, {Dim: 1, Hidden: 8, Blocks: 1000}} {
		_, err := nn.NewMLP(s)
		require.Error(t, err)
	}
}

func TestSafetensorsRoundTrip(t *testing.T) {
	m := network(t)
	var b bytes.Buffer
	meta := map[string]string{"a": "b"}
	require.NoError(t, nn.WriteSafetensors(&b, meta, m.Tensors("p.", m.W)))
	got, tensors, err := nn.ReadSafetensors(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Equal(t, meta, got)
	w := make([]float32, len(m.W))
	require.NoError(t, nn.Restore(m, "p.", w, tensors))
	require.Equal(t, m.W, w)
	require.ErrorIs(t, nn.Restore(m, "q.", w, tensors), nn.ErrFile)

	// Every shorter file is an error.
	for n := range b.Len() {
		if n > 4000 && n%97 != 0 {
			continue
		}
		_, _, err := nn.ReadSafetensors(bytes.NewReader(b.Bytes()[:n]))
		require.ErrorIs(t, err, nn.ErrFile, "%d bytes", n)
	}
}

func file(header string, data int) []byte {
	b := append([]byte{byte(len(header)), byte(len(header) >> 8), 0, 0, 0, 0, 0, 0}, header...)
	return append(b, make([]byte, data)...)
}

func TestSafetensorsHostile(t *testing.T) {
	for name, b := range map[string][]byte{
		"huge header":     {0, 0, 0, 0, 0, 0, 0, 0x7f, '{'},
		"no JSON":         file("{", 0),
		"other dtype":     file(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 8),
		"overlap":         file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"gap":             file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"beyond the end":  file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}`, 8),
		"shape too large": file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0),
		"negative":        file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}`, 0),
		"trailing bytes":  file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8),
		"metadata":        file(`{"__metadata__":{"a":1}}`, 0),
	} {
		_, _, err := nn.ReadSafetensors(bytes.NewReader(b))
		require.ErrorIs(t, err, nn.ErrFile, name)
	}
}

func FuzzReadSafetensors(f *testing.F) {
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"__metadata__":{"a":"b"},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, tensors, err := nn.ReadSafetensors(bytes.NewReader(b))
		if err != nil {
			require.ErrorIs(t, err, nn.ErrFile)
			return
		}
		total := 0
		for _, x := range tensors {
			total += 4 * len(x.Data)
		}
		require.LessOrEqual(t, total, len(b))
	})
}
