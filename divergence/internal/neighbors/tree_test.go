package neighbors

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/spatial/kdtree"

	"github.com/ito-sde/ito/divergence/internal/validity"
)

// Against sorting all distances; rounded coordinates make ties.
func TestAgainstSorting(t *testing.T) {
	for _, norm := range []Norm{Euclid, Max} {
		for _, dim := range []int{1, 2, 3, 8} {
			for _, n := range []int{1, 5, 13, 400} {
				x := validity.Normals(n*dim, dim, n)
				for i := range x {
					x[i] = math.Round(16*x[i]) / 16
				}
				tree := New(x, dim, norm)
				q := tree.NewQuery(4)
				for i := range n {
					at := x[i*dim : (i+1)*dim]
					var all []float64
					for j := range n {
						var d float64
						for k, v := range at {
							e := math.Abs(v - x[j*dim+k])
							if norm == Euclid {
								d += e * e
							} else {
								d = max(d, e)
							}
						}
						if norm == Euclid {
							d = math.Sqrt(d)
						}
						if j != i {
							all = append(all, d)
						}
					}
					slices.Sort(all)
					for len(all) < 4 {
						all = append(all, math.Inf(1))
					}
					got, _ := q.Nearest(at, i)
					require.Equal(t, all[:4], got)
					if norm == Max {
						count := 1
						for _, v := range all {
							if v < 0.5 {
								count++
							}
						}
						require.Equal(t, count, tree.Within(at, 0.5))
					}
				}
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	x := validity.Normals(3000, 0, 0)
	q := New(x, 3, Euclid).NewQuery(5)
	require.Zero(t, testing.AllocsPerRun(10, func() { q.Nearest(x[:3], 0) }))
}

func BenchmarkNearest(b *testing.B) {
	const n, dim, k = 100_000, 8, 4
	x := validity.Normals(n*dim, 0, 0)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			q := New(x, dim, Euclid).NewQuery(k)
			for i := range n {
				q.Nearest(x[i*dim:(i+1)*dim], i)
			}
		}
	})
	b.Run("gonum", func(b *testing.B) {
		for b.Loop() {
			points := make(kdtree.Points, n)
			for i := range points {
				points[i] = x[i*dim : (i+1)*dim]
			}
			tree := kdtree.New(slices.Clone(points), false)
			for _, p := range points {
				tree.NearestSet(kdtree.NewNKeeper(k+1), p)
			}
		}
	})
}
