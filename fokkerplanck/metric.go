package fokkerplanck

import "math"

// along returns where half-integer coordinate k/2 of a grid lies, and the local
// width.
func along(g Grid, wall Wall, k int) (x, h float64) {
	n := g.Cells()
	switch {
	case k&1 == 0:
		return g.Centre(k / 2), g.Width(k / 2)
	case k > 0 && k < 2*n-1:
		return g.edges[(k+1)/2], g.Centre((k+1)/2) - g.Centre((k-1)/2)
	case wall == Periodic:
		return g.edges[(k+1)/2], 0.5 * (g.Width(0) + g.Width(n-1))
	case k < 0:
		return g.edges[0], g.Width(0)
	}
	return g.edges[n], g.Width(n - 1)
}

// beside is the diffusion along a reflecting wall, where the flux across is zero,
//
//	J_x = (D_xx − D_xy²/D_yy)(u_x p − ∂p/∂x),
//
// for edges of the outer cells along it, else 0. Bonds that would go through the
// wall are missing in the outer half of these cells; with this in their place the
// wall is of second order.
func (b *bonds) beside(class, k, l int, d tensor, det float64) float64 {
	if class == 0 && ((l == 0 && b.pr.Bottom == Reflecting) || (l == 2*(b.ny-1) && b.pr.Top == Reflecting)) {
		return det / d.yy
	}
	if class == 1 && ((k == 0 && b.pr.Left == Reflecting) || (k == 2*(b.nx-1) && b.pr.Right == Reflecting)) {
		return det / d.xx
	}
	return 0
}

// divergence of D by differences over the cell around (x, y), and whether D is
// diagonal all over it.
func (b *bonds) divergence(x, y, hx, hy, t float64, here tensor) (div [2]float64, diagonal bool, err error) {
	diagonal = here.xy == 0
	for axis := range 2 {
		g, at, h := b.g.X, x, hx
		if axis == 1 {
			g, at, h = b.g.Y, y, hy
		}
		lo, hi := at-0.5*h, at+0.5*h
		periodic := b.pr.Left
		if axis == 1 {
			periodic = b.pr.Bottom
		}
		if periodic != Periodic {
			lo, hi = math.Max(lo, g.edges[0]), math.Min(hi, g.edges[g.Cells()])
		}
		ask := func(z float64) (tensor, error) {
			if axis == 0 {
				return b.pr.diffusion(z, y, t)
			}
			return b.pr.diffusion(x, z, t)
		}
		p, err := ask(lo)
		if err != nil {
			return div, false, err
		}
		q, err := ask(hi)
		if err != nil {
			return div, false, err
		}
		diagonal = diagonal && p.xy == 0 && q.xy == 0
		if axis == 0 {
			div[0] += (q.xx - p.xx) / (hi - lo)
			div[1] += (q.xy - p.xy) / (hi - lo)
		} else {
			div[0] += (q.xy - p.xy) / (hi - lo)
			div[1] += (q.yy - p.yy) / (hi - lo)
		}
	}
	return div, diagonal, nil
}
