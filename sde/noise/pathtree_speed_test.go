package noise

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTreeSpeed holds steps in order of a tree, each as long as a leaf, to three
// times increments that are drawn step by step with the same functionals: at
// dyadic times, and at times that all lie inside leaves. It runs when
// ITO_NOISE_SPEED is set: a time is no property of the code alone. The least of
// interleaved short runs is compared, five times over before it fails.
func TestTreeSpeed(t *testing.T) {
	if os.Getenv("ITO_NOISE_SPEED") == "" {
		t.Skip("ITO_NOISE_SPEED is not set")
	}
	const n, leaves = 500, 1 << 14
	const limit = 3
	least := func(best *time.Duration, do func(k float64)) {
		start := time.Now()
		for k := range n {
			do(float64(k))
		}
		if took := time.Since(start); *best == 0 || took < *best {
			*best = took
		}
	}
	for _, f := range linearSets {
		for name, shift := range map[string]float64{"dyadic": 0, "inside leaves": 0.3} {
			for attempt := 1; ; attempt++ {
				var plain, path, tree time.Duration
				v := make([]float64, f.Len(1))
				for round := range uint64(400) {
					at := Address{Use: Path, Row: round * BlockRows}
					least(&plain, func(float64) {
						Draw(Gaussian{}, v, f, 1, 0.01, at)
						at.Step++
					})
					p, err := NewPathTree(1, round, f, 1, 0, 1, 1./leaves)
					require.NoError(t, err)
					from := float64(round*20%(leaves-n-1)) + shift
					least(&path, func(k float64) { p.Increment(v, (from+k)/leaves, (from+k+1)/leaves) })
					if f == 0 {
						w, err := NewTree(1, round, 1, 0, 1, 1./leaves)
						require.NoError(t, err)
						least(&tree, func(k float64) { w.Increment(v, (from+k)/leaves, (from+k+1)/leaves) })
					}
				}
				worst := float64(max(path, tree)) / float64(plain)
				t.Logf("functionals %d, %s: ns a step: plain %.1f, PathTree %.1f, Tree %.1f: at most %.2f times", f, name,
					float64(plain)/n, float64(path)/n, float64(tree)/n, worst)
				if worst <= limit || attempt == 5 {
					require.LessOrEqual(t, worst, float64(limit))
					break
				}
			}
		}
	}
}
