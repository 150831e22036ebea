package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// PlaneMode is an eigenfunction of the backward equation: the expectation of
// Observable at the end of a path that starts at (x, y) goes as e^(−Rate t).
type PlaneMode struct {
	Rate       complex128   // the imaginary part is an angular frequency
	Observable []complex128 // 1 where it is largest
}

// ModesPlane returns the slowest count modes at the frozen time t, by rising real part
// of their rates and from negative to positive imaginary one; of the last pair one may
// be left out. Between walls that do not absorb the first is 1 with the rate 0.
//
// The chain is that of [StationaryPlane], eliminated without subtraction with a decay σ
// added, and the resolvent (σ − L†)^−1 is taken to a Krylov space. σ follows the rates,
// so that those of rare transitions have small relative errors too. It costs a few times
// StationaryPlane. The error wraps ErrProblem, also where the modes asked for are not
// found: then ask for fewer.
//
// Arnoldi (1951); Saad (2011), "Numerical methods for large eigenvalue problems",
// section 8.2.
func ModesPlane(pr PlaneProblem, g Plane, t float64, count int) ([]PlaneMode, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	n := g.Cells()
	if count < 1 || count > n {
		return nil, fmt.Errorf("%w: %d modes of %d cells", ErrProblem, count, n)
	}
	b := newBonds(pr, g)
	if err := b.assemble(t); err != nil {
		return nil, err
	}
	closed := true
	for _, w := range []Wall{pr.Left, pr.Right, pr.Bottom, pr.Top} {
		closed = closed && w != Absorbing
	}
	var modes []PlaneMode
	if closed {
		one := make([]complex128, n)
		for i := range one {
			one[i] = 1
		}
		modes = append(modes, PlaneMode{0, one})
	}
	// A rate r is found from 1/(σ + r) up to a rounding of 1/σ: to ten digits where it is
	// not above reach·σ.
	const reach = 1e5
	sigma, known := b.slowest(), 0.0 // all modes with |r| ≤ known are in modes
	for range 40 {
		if len(modes) >= count {
			slices.SortStableFunc(modes, func(a, b PlaneMode) int { return order(a.Rate, b.Rate) })
			return modes[:count], nil
		}
		found, err := b.near(sigma, count, closed)
		if err != nil {
			return nil, err
		}
		fresh := slices.DeleteFunc(found, func(m PlaneMode) bool { return !(cmplx.Abs(m.Rate) > known) })
		if len(fresh) == 0 {
			break
		}
		least := cmplx.Abs(fresh[0].Rate)
		if least < 0.01*sigma { // rounding may have made it so small
			sigma = max(0.3*least, 1e-6*sigma)
			continue
		}
		if least > reach*sigma {
			sigma = 0.3 * least
			continue
		}
		for _, m := range fresh {
			if r := cmplx.Abs(m.Rate); r <= reach*sigma {
				modes = append(modes, m)
				known = r * (1 + 1e-9)
			}
		}
	}
	return nil, fmt.Errorf("%w: %d of %d modes found; ask for fewer, or take a coarser grid", ErrProblem, len(modes), count)
}

// order is by rising real part, and where those count as equal by imaginary part.
func order(a, b complex128) int {
	if d := real(a) - real(b); math.Abs(d) > 1e-9*(cmplx.Abs(a)+cmplx.Abs(b)) {
		return cmp.Compare(d, 0)
	}
	return cmp.Compare(imag(a), imag(b))
}

// slowest is a first guess of a slow rate: the mean rate between neighbours over the
// square of the cells there are along the longer side.
func (b *bonds) slowest() float64 {
	var sum float64
	b.each(func(_, _ int, rate float64) { sum += rate })
	side := float64(max(b.nx, b.ny))
	return max(sum/float64(b.nx*b.ny)/(side*side), math.SmallestNonzeroFloat64*1e30)
}

// near returns converged modes by the size of their rates, count of them or more. Where
// the chain is closed the constant is left out.
func (b *bonds) near(sigma float64, count int, closed bool) ([]PlaneMode, error) {
	n := b.nx * b.ny
	r, err := b.resolvent(sigma)
	if err != nil {
		return nil, err
	}
	most := min(n, 20*count+200)
	k := krylov{apply: r.solve, h: mat.NewDense(most+1, most, nil)}
	start, random := make([]float64, n), rand.New(rand.NewPCG(1, 2))
	for i := range start {
		start[i] = random.NormFloat64()
	}
	k.begin(start)
	for size := min(2*count+20, most); ; size = min(size+size/2, most) {
		k.extend(size)
		modes, settled := k.modes(sigma, closed)
		if settled >= count || k.done || size == most {
			for i := range modes {
				u := make([]complex128, n)
				for j := range u {
					u[j] = modes[i].Observable[b.order(j)]
				}
				modes[i].Observable = u
			}
			return modes, nil
		}
	}
}

// resolvent is an eliminated chain.
type resolvent struct {
	*banded
	pivots []float64
}

func (b *bonds) resolvent(sigma float64) (resolvent, error) {
	s, err := b.band()
	if err != nil {
		return resolvent{}, err
	}
	out := make([]float64, s.n)
	for i := range out {
		k := b.order(i)
		out[k] = sigma
		for wall := range b.exits {
			if b.exits[wall] != nil {
				out[k] += b.exits[wall][i]
			}
		}
	}
	pivots, at := s.eliminate(make([]float64, s.n), out)
	if pivots == nil {
		return resolvent{}, fmt.Errorf("%w: the rates from cell %d are below the range of numbers", ErrProblem, at)
	}
	return resolvent{s, pivots}, nil
}

// solve overwrites a source by (σ − L†)^−1 of it.
func (r resolvent) solve(u []float64) {
	n, w := r.n, r.width
	for j := range n {
		row := r.row(j)
		v := u[j]
		for i := max(0, j-w); i < j; i++ {
			v += row[i-j+w] / r.pivots[i] * u[i]
		}
		u[j] = v
	}
	for i := n - 1; i >= 0; i-- {
		on := r.row(i)[w+1 : w+1+min(w, n-1-i)]
		u[i] = (u[i] + floats.Dot(on, u[i+1:i+1+len(on)])) / r.pivots[i]
	}
}

// krylov is an orthonormal basis of start, A start, A² start, ..., and what A is in it.
type krylov struct {
	apply func(u []float64)
	basis [][]float64
	h     *mat.Dense
	done  bool // the space is invariant
}

func (k *krylov) begin(start []float64) {
	floats.Scale(1/floats.Norm(start, 2), start)
	k.basis = [][]float64{start}
}

// extend makes the space one of size vectors and the next.
func (k *krylov) extend(size int) {
	for len(k.basis) <= size && !k.done {
		j := len(k.basis) - 1
		v := slices.Clone(k.basis[j])
		k.apply(v)
		before := floats.Norm(v, 2)
		for range 2 { // once more for what rounding left
			for i, q := range k.basis {
				c := floats.Dot(q, v)
				floats.AddScaled(v, -c, q)
				k.h.Set(i, j, k.h.At(i, j)+c)
			}
		}
		left := floats.Norm(v, 2)
		k.h.Set(j+1, j, left)
		if k.done = left <= 1e-14*before || j+1 == len(v); !k.done {
			floats.Scale(1/left, v)
			k.basis = append(k.basis, v)
		}
	}
}

// modes returns the converged ones up to the first that is not, by the size of their
// rates, and their number.
func (k *krylov) modes(sigma float64, closed bool) ([]PlaneMode, int) {
	m := len(k.basis) - 1
	last := 0.0
	if k.done {
		m++
	} else {
		last = k.h.At(m, m-1)
	}
	var e mat.Eigen
	if !e.Factorize(k.h.Slice(0, m, 0, m), mat.EigenRight) {
		return nil, 0
	}
	var y mat.CDense
	e.VectorsTo(&y)
	values := e.Values(nil)
	index := make([]int, m)
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(a, b int) int { return cmp.Compare(cmplx.Abs(values[b]), cmplx.Abs(values[a])) })
	if closed {
		index = index[1:]
	}
	var out []PlaneMode
	for _, c := range index {
		theta := values[c]
		if last*cmplx.Abs(y.At(m-1, c)) > 1e-11*cmplx.Abs(theta) {
			break
		}
		u := make([]complex128, len(k.basis[0]))
		for i := range m {
			f := y.At(i, c)
			for j, q := range k.basis[i] {
				u[j] += f * complex(q, 0)
			}
		}
		top := complex(0, 0)
		for _, v := range u {
			if cmplx.Abs(v) > cmplx.Abs(top)*(1+1e-9) {
				top = v
			}
		}
		for j := range u {
			u[j] /= top
		}
		out = append(out, PlaneMode{1/theta - complex(sigma, 0), u})
	}
	return out, len(out)
}
