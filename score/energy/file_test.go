package energy_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/energy"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
)

func saved(t testing.TB) (*energy.Network, []byte) {
	n, err := energy.Train(background, truth(t).Sample(100, 1), 2, energy.Config{Hidden: 4, Layers: 3, Steps: 3, Batch: 64})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, n.Save(&b))
	return n, b.Bytes()
}

// What is read is what was written, to the bit; what is cut off or changed is an error.
func TestSaveAndLoad(t *testing.T) {
	n, file := saved(t)
	again, err := energy.Load(bytes.NewReader(file))
	require.NoError(t, err)
	x, at := truth(t).Sample(10, 2), sde.Level{Alpha: 1, Sigma: 0.7}
	a, b := make([]float64, 20), make([]float64, 20)
	require.NoError(t, n.Denoise(a, x, at))
	require.NoError(t, again.Denoise(b, x, at))
	require.Equal(t, a, b)
	for _, size := range []int{0, 7, 100, len(file) - 1} {
		_, err := energy.Load(bytes.NewReader(file[:size]))
		require.ErrorIs(t, err, nn.ErrFile, size)
	}
	text := string(file)
	for from, to := range map[string]string{
		`hidden\":4`: `hidden\":5`, `layers\":3`: `layers\":2`, `ito.energy`: `ito.energ_`, `"0.weight"`: `"0.heavy_"`, `\"mean\":[`: `\"moan\":[`,
		`[11,4]`: `[4,11]`, `sd\":`: `ss\":`,
	} {
		require.Contains(t, text, from)
		_, err := energy.Load(strings.NewReader(strings.Replace(text, from, to, 1)))
		require.ErrorIs(t, err, nn.ErrFile, to)
	}
	bad := bytes.Clone(file)
	copy(bad[len(bad)-4:], []byte{0, 0, 0xc0, 0x7f}) // NaN
	_, err = energy.Load(bytes.NewReader(bad))
	require.ErrorIs(t, err, nn.ErrFile)
}

func FuzzLoad(f *testing.F) {
	_, file := saved(f)
	f.Add(file)
	f.Add(file[:60])
	f.Fuzz(func(t *testing.T, file []byte) {
		n, err := energy.Load(bytes.NewReader(file))
		if err != nil {
			require.ErrorIs(t, err, nn.ErrFile)
			return
		}
		x := make([]float64, n.Dim())
		require.NoError(t, n.Denoise(x, make([]float64, n.Dim()), sde.Level{Alpha: 1, Sigma: 1}))
	})
}
