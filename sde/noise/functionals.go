package noise

import (
	"fmt"
	"math"
)

// Functionals is a set of functionals of a Brownian path over a step of length
// h, beside its increment ΔW, that a method may ask for. With W from 0 at the
// start of the step,
//
//	H_j  = 1/h  ∫ (W_j(r) − (r/h) ΔW_j) dr              ~ N(0, h/12),
//	K_j  = 1/h² ∫ (W_j(r) − (r/h) ΔW_j) (h/2 − r) dr    ~ N(0, h/720),
//	A_jk = ½ ∫ (W_j dW_k − W_k dW_j),   j < k,
//	V_jk = ±h, each with probability ½, j < k.
//
// ΔW, H and K are the coefficients of the first three Legendre polynomials in
// white noise, hence independent, and ∫ W dr = h (H + ½ΔW). V is no functional
// of the path but what weak methods put in the place of 2A.
//
// Numbers of rows rows are laid out in planes: rows·dim of ΔW, then as many of
// each of H and K that the set has, then rows·dim(dim−1)/2 of A and of V, with
// pairs in the order 01, 02, ..., 12, ...
//
// Foster, Lyons, Oberhauser (2020), "An optimal polynomial approximation of
// Brownian motion"; Kloeden, Platen (1992), section 14.2, for V.
type Functionals uint8

// The sets, to be joined by |. 0 is the increment alone.
const (
	SpaceTime     Functionals = 1     // H
	SpaceTimeTime Functionals = 1 | 2 // H and K
	Area          Functionals = 1 | 4 // A, with H, which determines most of it
	TwoPoint      Functionals = 8     // V
)

// Parts is the numbers of some rows by functional, nil for those not asked for.
type Parts struct{ W, H, K, A, V []float64 }

func (f Functionals) has(bit Functionals) bool { return f&bit == bit }

// Has reports whether all of g is in the set.
func (f Functionals) Has(g Functionals) bool { return f.has(g) }

// linear returns how many of ΔW, H, K there are.
func (f Functionals) linear() int { return 1 + int(f&1) + int(f>>1&1) }

// Len returns the numbers per row of dim coordinates.
func (f Functionals) Len(dim int) int {
	return f.linear()*dim + (int(f>>2&1)+int(f>>3&1))*dim*(dim-1)/2
}

// Parts cuts up the numbers of some rows of dim coordinates. It panics if v is
// not whole rows.
func (f Functionals) Parts(v []float64, dim int) Parts {
	n := f.Len(dim)
	if dim < 1 || len(v)%n != 0 {
		panic(fmt.Sprintf("noise: %d numbers are not rows of %d coordinates with functionals, %d numbers each", len(v), dim, n))
	}
	rows := len(v) / n
	take := func(k int) []float64 {
		part := v[:k:k]
		v = v[k:]
		return part
	}
	p := Parts{W: take(rows * dim)}
	if f.has(SpaceTime) {
		p.H = take(rows * dim)
	}
	if f.has(SpaceTimeTime) {
		p.K = take(rows * dim)
	}
	pairs := rows * dim * (dim - 1) / 2
	if f.has(Area) {
		p.A = take(pairs)
	}
	if f.has(TwoPoint) {
		p.V = take(pairs)
	}
	return p
}

// plane is the stage of a functional's numbers beside those of ΔW at a stage.
func plane(stage, functional uint64) uint64 { return stage | functional<<60 }

// Paths is a Source of functionals of its own, for example one that joins the
// steps of a finer grid. [Draw] asks it.
type Paths interface {
	Source
	// Path fills dst as Draw does.
	Path(dst []float64, f Functionals, dim int, h float64, at Address)
}

// Draw fills dst, whole rows from at.Row on, with the functionals of a step of
// length h > 0, from a Source's normal numbers: ΔW at at.Stage, the others at
// stages of their own above 2⁶⁰. ΔW, H and K have their exact law. A, given
// those, is
//
//	A_jk = H_j ΔW_k − ΔW_j H_k + λ_jk,                       λ ~ N(0, h²/12), or
//	A_jk = H_j ΔW_k − ΔW_j H_k + 12 (K_j H_k − H_j K_k) + λ_jk,   λ ~ N(0, h²/20)
//
// with K in the set: the exact conditional mean and the exact mean conditional
// variance, with a Gaussian in the place of a law that has no closed form. On
// finer and finer steps the areas of a coarse one, joined by [Functionals.Join],
// tend to the exact law. Davie (2014), "KMT theory applied to approximations of
// SDE", for λ; Foster, Habermann (2023), "Brownian bridge expansions for Lévy
// area approximations and particular values of the Riemann zeta function".
func Draw(source Source, dst []float64, f Functionals, dim int, h float64, at Address) {
	if f != 0 { // an increment needs no asking
		if p, ok := source.(Paths); ok {
			p.Path(dst, f, dim, h, at)
			return
		}
	}
	p := f.Parts(dst, dim)
	stage := at.Stage
	normal := func(v []float64, functional uint64, variance float64) {
		if v == nil {
			return
		}
		at.Stage = plane(stage, functional)
		source.Normal(v, dim, at)
		scale := math.Sqrt(variance)
		for i := range v {
			v[i] *= scale
		}
	}
	normal(p.W, 0, h)
	normal(p.H, 1, h/12)
	normal(p.K, 2, h/720)
	drawPairs(source, p, dim, h, at, stage)
}

// drawPairs fills A and V, given the rest.
func drawPairs(source Source, p Parts, dim int, h float64, at Address, stage uint64) {
	pairs := dim * (dim - 1) / 2
	if pairs == 0 {
		return
	}
	if p.A != nil {
		at.Stage = plane(stage, 3)
		source.Normal(p.A, pairs, at)
		p.area(dim, h)
	}
	if p.V != nil {
		at.Stage = plane(stage, 4)
		source.Normal(p.V, pairs, at)
		for i, v := range p.V {
			p.V[i] = math.Copysign(h, v)
		}
	}
}

// area turns normal numbers in A into areas.
func (p Parts) area(dim int, h float64) {
	sd := h / math.Sqrt(12)
	if p.K != nil {
		sd = h / math.Sqrt(20)
	}
	i := 0
	for r := 0; r < len(p.W); r += dim {
		for j := r; j < r+dim; j++ {
			for k := j + 1; k < r+dim; k++ {
				a := float64(sd*p.A[i]) + float64(p.H[j]*p.W[k]) - float64(p.W[j]*p.H[k])
				if p.K != nil {
					a += 12 * (float64(p.K[j]*p.H[k]) - float64(p.H[j]*p.K[k]))
				}
				p.A[i] = a
				i++
			}
		}
	}
}

// Join writes the functionals over two adjacent steps, of lengths hl and hr, to
// dst, which may be one of them. With p = hl/(hl+hr) and q = 1 − p,
//
//	ΔW = ΔW_l + ΔW_r,
//	H  = p H_l + q H_r + ½ (q ΔW_l − p ΔW_r),
//	K  = p² K_l + q² K_r + ½pq (H_l − H_r) + q(q−p)/12 ΔW_l + p(p−q)/12 ΔW_r,
//	A_jk = A_jk,l + A_jk,r + ½ (ΔW_j,l ΔW_k,r − ΔW_k,l ΔW_j,r)
//
// to rounding, which is Chen's relation. V is the left one's, with its length
// stretched: it belongs to no path. It panics unless all are rows alike.
func (f Functionals) Join(dst, left, right []float64, dim int, hl, hr float64) {
	if len(dst) != len(left) || len(dst) != len(right) {
		panic(fmt.Sprintf("noise: %d and %d numbers joined to %d", len(left), len(right), len(dst)))
	}
	f.join(f.Parts(dst, dim), f.Parts(left, dim), f.Parts(right, dim), dim, hl, hr)
}

// join is Join of numbers that are cut up already.
func (f Functionals) join(d, l, r Parts, dim int, hl, hr float64) {
	if d.A != nil {
		joinAreas(d.A, l, r, dim)
	}
	if d.H == nil && d.V == nil {
		for i, wl := range l.W {
			d.W[i] = wl + r.W[i]
		}
		return
	}
	p, q := hl/(hl+hr), hr/(hl+hr)
	for i, v := range l.V {
		d.V[i] = v / p
	}
	for i, wl := range l.W {
		wr := r.W[i]
		if d.H != nil {
			zl, zr := l.H[i], r.H[i]
			tilt := float64(q*wl) - float64(p*wr)
			if d.K != nil {
				d.K[i] = float64(p*p*l.K[i]) + float64(q*q*r.K[i]) + float64(0.5*p*q*(zl-zr)) + float64((q-p)/12*tilt)
			}
			d.H[i] = float64(p*zl) + float64(q*zr) + 0.5*tilt
		}
		d.W[i] = wl + wr
	}
}

// joinAreas is Chen's relation for A, before W changes.
func joinAreas(dst []float64, l, r Parts, dim int) {
	i := 0
	for row := 0; row < len(l.W); row += dim {
		for j := row; j < row+dim; j++ {
			for k := j + 1; k < row+dim; k++ {
				dst[i] = l.A[i] + r.A[i] + 0.5*(float64(l.W[j]*r.W[k])-float64(l.W[k]*r.W[j]))
				i++
			}
		}
	}
}

// halve writes the functionals ΔW, H and K of both halves of a step of length h,
// given those of the step, from as many normal numbers z, which it overwrites:
// left is where z comes, right the other half.
func (f Functionals) halve(left, right, whole Parts, h float64) {
	root := math.Sqrt(h)
	var sdE, sdK float64
	switch {
	case whole.K != nil:
		sdE, sdK = root/math.Sqrt(192), root/math.Sqrt(720)
	case whole.H != nil:
		sdE = root / math.Sqrt(12)
	}
	for i, w := range whole.W {
		u := float64(0.5 * root * left.W[i])
		d := u // ΔW_l − ΔW_r
		if whole.H != nil {
			d += float64(3 * whole.H[i])
			e := float64(sdE * left.H[i]) // H_l − H_r
			s := 0.5*whole.H[i] - 0.5*u   // H_l + H_r
			if whole.K != nil {
				k := 0.25*whole.K[i] - 0.5*e   // K_l + K_r
				dk := float64(sdK * left.K[i]) // K_l − K_r
				e += float64(7.5 * whole.K[i])
				left.K[i], right.K[i] = 0.5*(k+dk), 0.5*(k-dk)
			}
			left.H[i], right.H[i] = 0.5*(s+e), 0.5*(s-e)
		} else {
			d += u
		}
		left.W[i], right.W[i] = 0.5*(w+d), 0.5*(w-d)
	}
}
