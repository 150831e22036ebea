package jacobian

import "math"

// Differences approximates J by forward differences of f with the columns
// grouped, so that a banded J costs lower + upper + 1 evaluations and a dense
// one n. The increment of y_j is √ε max(|y_j|, floor, 1e-5 max|y|), ε = 2⁻⁵²,
// which leaves about eight digits, fewer where y_j is small beside the others.
// Curtis, Powell, Reid (1974).
//
// Sharp ones are of second order, for two evaluations a group,
//
//	(4 f(y + h e_j) − f(y + 2h e_j) − 3 f(y))/(2h),   h = 2⁻²⁰ max(|y_j|, ...),
//
// which leaves about nine digits. ε^(1/3) would leave ten, but err by f's curvature
// in every step alike, and an eighth of it errs by rounding, which averages out. They
// step to one side too, that to which the solution moves, since there may be no f on
// the other.
type Differences struct {
	f        func(dst []float64, t float64, y []float64) error
	floor    float64
	groups   [][]int
	y, fy, d []float64
	far      []float64 // f at the second point; nil: there is none
}

// NewDifferences prepares the differences of f for a pattern. floor is the size
// below which a component counts as zero: the ratio of the absolute to the
// relative tolerance, or 0 for 3e-3, with which
// half the digits remain of a component that is zero.
func NewDifferences(p *Pattern, f func(dst []float64, t float64, y []float64) error, floor float64) *Differences {
	if !(floor > 0) {
		floor = 3e-3
	}
	n := p.n
	mem := make([]float64, 3*n)
	return &Differences{f: f, floor: floor, groups: p.groups(), y: mem[:n:n], fy: mem[n : 2*n : 2*n], d: mem[2*n:]}
}

// Sharpen makes them of second order.
func (d *Differences) Sharpen() { d.far = make([]float64, len(d.y)) }

// Evaluations is the number of evaluations of f that one Eval costs.
func (d *Differences) Evaluations() int {
	if d.far != nil {
		return 2 * len(d.groups)
	}
	return len(d.groups)
}

// Eval sets dst ≈ ∂f/∂y at (t, y), where f0 = f(t, y). It passes on f's error.
func (d *Differences) Eval(dst *Matrix, t float64, y, f0 []float64) error {
	root := 0x1p-26
	if d.far != nil {
		root = 0x1p-20
	}
	copy(d.y, y)
	floor := d.floor
	for _, v := range y {
		floor = max(floor, 1e-5*math.Abs(v))
	}
	for _, group := range d.groups {
		for _, j := range group {
			h := math.Copysign(root*max(math.Abs(y[j]), floor), f0[j])
			d.y[j] = y[j] + h
			d.d[j] = d.y[j] - y[j] // what the addition left of it
		}
		err := d.f(d.fy, t, d.y)
		if d.far != nil && err == nil {
			for _, j := range group {
				d.d[j] *= 2
				d.y[j] = y[j] + d.d[j]
			}
			err = d.f(d.far, t, d.y)
			for i, v := range f0 {
				d.fy[i] = v + (4*(d.fy[i]-v) - (d.far[i] - v))
			}
		}
		for _, j := range group {
			d.y[j] = y[j]
		}
		if err != nil {
			return err
		}
		for _, j := range group {
			dst.column(j, d.fy, f0, 1/d.d[j])
		}
	}
	return nil
}

// column sets column j to (f − f0) · r.
func (m *Matrix) column(j int, f, f0 []float64, r float64) {
	p := m.p
	if p.kind == sparse {
		for k := p.start[j]; k < p.start[j+1]; k++ {
			i := p.index[k]
			m.a[k] = (f[i] - f0[i]) * r
		}
		return
	}
	from, to := p.rows(j)
	at, stride := from*p.n+j, p.n
	if p.kind == banded {
		w := p.lower + p.upper + 1
		at, stride = from*w+j-from+p.lower, w-1
	}
	for i := from; i < to; i++ {
		m.a[at] = (f[i] - f0[i]) * r
		at += stride
	}
}
