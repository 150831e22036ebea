package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// direction is the part of the equation along the bonds from cells to those e
// away: independent chains.
type direction struct {
	e        int2
	step     int       // from index to index
	fwd, bwd []float64 // at the first cell of a bond: the rates along and against it
	kill     []float64 // rates through absorbing walls; nil: none
	factors  []*factors
	orbits   []orbit // where walls are periodic
}

type int2 = [2]int

// bonds is the equation in the plane as a Markov chain on the cells. In index
// space, with local widths h, D̂_ab = D_ab/(h_a h_b) is a sum of λ e eᵀ over
// integer vectors. With v = a − ∇·D and u = D̂⁻¹ v̂ the flux is
//
//	J = D̂ (u p − ∇p) = Σ_k λ_k e_k (e_k·u p − e_k·∇p),
//
// and each term that of a line between two cells, exponentially fitted with
// w = e_k·u. So no rate is negative for any D, and p_j/p_i = e^w without flux.
// The vector of Selling's three whose parity is that of a point halfway between
// cells is the one whose bond has its middle there: one bond for each edge and
// corner.
type bonds struct {
	pr         PlaneProblem
	g          Plane
	nx, ny     int
	directions []*direction
	byVector   map[int2]*direction
	exits      [4][]float64 // rates through the left, right, bottom and top wall; nil: none
}

func newBonds(pr PlaneProblem, g Plane) *bonds {
	return &bonds{pr: pr, g: g, nx: g.X.Cells(), ny: g.Y.Cells(), byVector: map[int2]*direction{}}
}

const mostDirections = 64

func (b *bonds) assemble(t float64) error {
	for _, d := range b.directions {
		clear(d.fwd)
		clear(d.bwd)
		clear(d.kill)
		d.factors = d.factors[:0]
	}
	for _, w := range b.exits {
		clear(w)
	}
	for class, odd := range [3]int2{{1, 0}, {0, 1}, {1, 1}} {
		for l := -odd[1]; l < 2*b.ny; l += 2 {
			if l < 0 && b.pr.Bottom == Periodic {
				continue
			}
			for k := -odd[0]; k < 2*b.nx; k += 2 {
				if k < 0 && b.pr.Left == Periodic {
					continue
				}
				if err := b.place(class, k, l, t); err != nil {
					return err
				}
			}
		}
	}
	slices.SortFunc(b.directions, func(d, f *direction) int {
		return cmp.Or(cmp.Compare(d.e[1], f.e[1]), cmp.Compare(d.e[0], f.e[0]))
	})
	return nil
}

// place adds the bonds with their middle at (k/2, l/2).
func (b *bonds) place(class, k, l int, t float64) error {
	x, hx := along(b.g.X, b.pr.Left, k)
	y, hy := along(b.g.Y, b.pr.Bottom, l)
	d, err := b.pr.diffusion(x, y, t)
	if err != nil {
		return err
	}
	div, diagonal, err := b.divergence(x, y, hx, hy, t, d)
	if err != nil {
		return err
	}
	if class == 2 && diagonal {
		return nil
	}
	ax, ay, err := b.pr.drift(x, y, t)
	if err != nil {
		return err
	}
	v := [2]float64{(ax - div[0]) / hx, (ay - div[1]) / hy}
	d = tensor{d.xx / (hx * hx), d.xy / (hx * hy), d.yy / (hy * hy)}
	root := hx * hy
	axes := [2]int2{{1, 0}, {0, 1}}
	if diagonal {
		return b.add(axes[class], k, l, root, v[class], [2]float64{d.xx, d.yy}[class])
	}
	e, lambda, ok := d.decompose()
	if !ok {
		return fmt.Errorf("%w: diffusion at (%v, %v) is too far from isotropic in these cells; take cells that fit it", ErrProblem, x, y)
	}
	det := d.xx*d.yy - d.xy*d.xy
	if size := d.xx + d.yy; det > 1e-8*size*size {
		u := [2]float64{(d.yy*v[0] - d.xy*v[1]) / det, (d.xx*v[1] - d.xy*v[0]) / det}
		w := float64(e[class][0])*u[0] + float64(e[class][1])*u[1]
		if err := b.add(e[class], k, l, root, w*lambda[class], lambda[class]); err != nil {
			return err
		}
		if class == 2 || e[class] != axes[class] {
			return nil
		}
		extra := b.beside(class, k, l, d, det) - lambda[class]
		if !(extra > 0) {
			return nil
		}
		return b.add(axes[class], k, l, root, 0.5*extra*u[class], 0.5*extra)
	}
	// Nothing diffuses across some line: drift goes along the axes.
	if class < 2 && e[class] == axes[class] {
		return b.add(e[class], k, l, root, v[class], lambda[class])
	}
	if class < 2 {
		if err := b.add(axes[class], k, l, root, v[class], 0); err != nil {
			return err
		}
	}
	return b.add(e[class], k, l, root, 0, lambda[class])
}

// add makes a bond along e with its middle at (k/2, l/2), of drift v and
// diffusion lambda along it.
func (b *bonds) add(e int2, k, l int, root, v, lambda float64) error {
	if v == 0 && lambda == 0 {
		return nil
	}
	from, to := int2{(k - e[0]) / 2, (l - e[1]) / 2}, int2{(k + e[0]) / 2, (l + e[1]) / 2}
	if e[0] >= b.nx || -e[0] >= b.nx || e[1] >= b.ny {
		return fmt.Errorf("%w: diffusion is so far from isotropic that it reaches (%d, %d) cells far; take cells that fit it", ErrProblem, e[0], e[1])
	}
	b.wrap(&from)
	b.wrap(&to)
	in, out := b.inside(from), b.inside(to)
	if !in && !out {
		return nil
	}
	d, err := b.direction(e)
	if err != nil {
		return err
	}
	if rate := math.Abs(v) + lambda; math.IsNaN(rate) || rate > largest {
		return fmt.Errorf("%w: drift or diffusion crosses cells at a rate beyond the range of numbers", ErrProblem)
	}
	if in && out {
		i, j := from[0]+b.nx*from[1], to[0]+b.nx*to[1]
		along, against := flux(v, lambda, 1)
		d.fwd[i] += root * along / b.g.area(i)
		d.bwd[i] += root * against / b.g.area(j)
		return nil
	}
	// One end is beyond a wall, where the part of the bond up to an absorbing
	// wall leads out of the cell.
	cell, far, sign := from, to, 1.0
	if out {
		cell, far, sign = to, from, -1
	}
	part, wall := 1.0, 0
	cross := func(at, end, n, low int) {
		if end >= 0 && end < n {
			return
		}
		edge, w := -0.5, low
		if end >= n {
			edge, w = float64(n)-0.5, low+1
		}
		if s := (edge - float64(at)) / float64(end-at); s < part {
			part, wall = s, w
		}
	}
	cross(cell[0], far[0], b.nx, 0)
	cross(cell[1], far[1], b.ny, 2)
	if [4]Wall{b.pr.Left, b.pr.Right, b.pr.Bottom, b.pr.Top}[wall] == Absorbing {
		i := cell[0] + b.nx*cell[1]
		if d.kill == nil {
			d.kill = make([]float64, b.nx*b.ny)
		}
		if b.exits[wall] == nil {
			b.exits[wall] = make([]float64, b.nx*b.ny)
		}
		away, _ := flux(sign*v, lambda, part)
		d.kill[i] += root * away / b.g.area(i)
		b.exits[wall][i] += root * away / b.g.area(i)
	}
	return nil
}

func (b *bonds) wrap(c *int2) {
	if b.pr.Left == Periodic {
		c[0] = (c[0] + b.nx) % b.nx
	}
	if b.pr.Bottom == Periodic {
		c[1] = (c[1] + b.ny) % b.ny
	}
}

func (b *bonds) inside(c int2) bool {
	return c[0] >= 0 && c[0] < b.nx && c[1] >= 0 && c[1] < b.ny
}

func (b *bonds) direction(e int2) (*direction, error) {
	if d, ok := b.byVector[e]; ok {
		return d, nil
	}
	if len(b.directions) == mostDirections {
		return nil, fmt.Errorf("%w: diffusion varies so much that more than %d directions are needed; take cells that fit it", ErrProblem, mostDirections)
	}
	n := b.nx * b.ny
	d := &direction{e: e, step: e[0] + b.nx*e[1], fwd: make([]float64, n), bwd: make([]float64, n)}
	if b.pr.Left == Periodic || b.pr.Bottom == Periodic {
		var err error
		if d.orbits, err = b.orbits(e); err != nil {
			return nil, err
		}
	}
	b.directions = append(b.directions, d)
	b.byVector[e] = d
	return d, nil
}
