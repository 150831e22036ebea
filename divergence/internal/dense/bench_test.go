package dense

import (
	"fmt"
	"slices"
	"testing"
)

func BenchmarkDense(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		a, c := definite(n, 1), make([]float64, n*n)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		l, _ := Cholesky(slices.Clone(a), n)
		run("cholesky", func() { Cholesky(a, n) })
		run("bound", func() { l.Bound(1) })
		run("cond", func() { l.Cond(1) })
		run("ratio", func() { copy(c, l.u); l.SolveRight(c) })
		run("change", func() { l.Change(c, a) })
		run("whiten", func() { copy(c, a); l.Whiten(c) })
		run("transpose", func() { Transpose(c, a, n) })
		middle := new(Upper)
		run("middle", func() { middle.Middle(l, l) })
		run("cross", func() { Cross(l, l) })
		own := borrow()
		run("gram", func() { own.gram(c, a, n, false) })
		run("tridiagonal", func() { own.tridiagonal(a, n) })
		run("eigenvalues", func() { own.eigenvalues(a, n) })
		run("eigen", func() { Eigen(a, n) })
		run("lyapunov", func() { Lyapunov(a, l.u, n) })
		run("squares", func() { SingularSquares(l, l) })
	}
}
