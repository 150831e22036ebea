package nn

import (
	"math"

	"github.com/ito-sde/ito/internal/vec"
)

// norm normalises the channels of an image in groups, scales and shifts them by
// what the noise level says, and may end in SiLU. With μ and r the mean and the
// reciprocal deviation over a group's channels and pixels, and (s, b) = W e of the
// noise embedding e,
//
//	n = (x − μ) r (γ (1+s)) + β (1+s) + b,   r = 1/√(variance + 10⁻⁵).
//
// Wu, He (2018), eqs. 1 to 3; Perez, Strub, de Vries, Dumoulin, Courville (2018),
// FiLM, eq. 2, in the form of Dhariwal, Nichol (2021), section 3.
type norm struct {
	name             string
	channels, pixels int
	groups           int
	film             *linear // nil: s = b = 0
	silu             bool
	src, dst         int
	offset           int // of γ, then β
}

const normEpsilon = 1e-5

func (l *norm) size() int                   { return 2 * l.channels }
func (l *norm) gamma(w []float32) []float32 { return w[l.offset:][:l.channels] }
func (l *norm) beta(w []float32) []float32  { return w[l.offset+l.channels:][:l.channels] }

// own is, an image: the scale and shift x → a x + c, (s, b), and each group's μ
// and r.
func (l *norm) own() int { return 4*l.channels + 2*l.groups }

type normState struct{ a, c, film, mean, root []float32 }

func (l *norm) state(own []float32, r int) normState {
	c, g := l.channels, l.groups
	o := own[r*l.own():][:l.own()]
	return normState{o[:c], o[c : 2*c], o[2*c : 4*c], o[4*c : 4*c+g], o[4*c+g:]}
}

func (l *norm) forward(p *unetPass, own []float32) {
	c, size := l.channels, l.channels*l.pixels
	if l.film != nil {
		l.film.forward(p.film, p.levels, p.e, p.n.W)
	}
	gamma, beta := l.gamma(p.n.W), l.beta(p.n.W)
	for r := range p.rows {
		s := l.state(own, r)
		x, y := p.y[l.src][r*size:][:size], p.y[l.dst][r*size:][:size]
		if l.film != nil {
			copy(s.film, p.film[min(r, p.levels-1)*2*c:])
		} else {
			clear(s.film)
		}
		l.moments(s, p.sums, x)
		for g := range l.groups {
			for j := g * c / l.groups; j < (g+1)*c/l.groups; j++ {
				scale := 1 + s.film[j]
				s.a[j] = gamma[j] * scale * s.root[g]
				s.c[j] = beta[j]*scale + s.film[c+j] - s.mean[g]*s.a[j]
			}
		}
		affine(y, x, s.a, s.c)
	}
	if l.silu {
		y := p.y[l.dst][:p.rows*size]
		vec.SiLU(y, y)
	}
}

// moments sets μ and r of every group. Squares of float32 are exact in float64,
// so that E x² − μ² loses nothing.
func (l *norm) moments(s normState, sums []float64, x []float32) {
	c := l.channels
	one, two := sums[:c], sums[c:2*c]
	clear(one)
	clear(two)
	for ; len(x) >= c; x = x[c:] {
		for j, v := range x[:c] {
			f := float64(v)
			one[j] += f
			two[j] += f * f
		}
	}
	per := c / l.groups
	n := float64(per * l.pixels)
	for g := range l.groups {
		var m, q float64
		for j := g * per; j < (g+1)*per; j++ {
			m += one[j]
			q += two[j]
		}
		m /= n
		s.mean[g] = float32(m)
		s.root[g] = float32(1 / math.Sqrt(max(q/n-m*m, 0)+normEpsilon))
	}
}

// affine sets every row of y to a x + c.
func affine(y, x, a, c []float32) {
	n := len(a)
	c = c[:n]
	for ; len(x) >= n; x, y = x[n:], y[n:] {
		row, to := x[:n], y[:n]
		for j, v := range a {
			to[j] = row[j]*v + c[j]
		}
	}
}

func (l *norm) backward(p *unetPass, own, grad []float32) {
	c, size := l.channels, l.channels*l.pixels
	gamma, beta := l.gamma(p.n.W), l.beta(p.n.W)
	var dgamma, dbeta []float32
	if grad != nil {
		dgamma, dbeta = l.gamma(grad), l.beta(grad)
	}
	into, accumulate := p.gradient(l.src)
	dn := p.wide[:size]
	for r := range p.rows {
		s := l.state(own, r)
		x, dy, dx := p.y[l.src][r*size:][:size], p.dy[l.dst][r*size:][:size], into[r*size:][:size]
		if l.silu {
			affine(dn, x, s.a, s.c)
			vec.SiLUGrad(dn, dn, dy)
		} else {
			copy(dn, dy)
		}
		one, two := p.sums[:c], p.sums[c:2*c] // Σ dn, Σ dn x
		correlate(one, two, dn, x)
		per := c / l.groups
		n := float64(per * l.pixels)
		film := p.film[r*2*c:]
		for g := range l.groups {
			m, root := float64(s.mean[g]), float64(s.root[g])
			var m1, m2 float64 // means of γ(1+s) dn, and of that times (x − μ) r
			for j := g * per; j < (g+1)*per; j++ {
				scale := float64(1 + s.film[j])
				shift, stretch := one[j], root*(two[j]-m*one[j])
				if grad != nil {
					dgamma[j] += float32(scale * stretch)
					dbeta[j] += float32(scale * shift)
				}
				film[j] = float32(float64(gamma[j])*stretch + float64(beta[j])*shift)
				film[c+j] = float32(shift)
				m1 += float64(gamma[j]) * scale * shift / n
				m2 += float64(gamma[j]) * scale * stretch / n
			}
			for j := g * per; j < (g+1)*per; j++ {
				one[j], two[j] = -root*root*m2, root*(m*root*m2-m1)
			}
		}
		spread(dx, dn, x, s.a, one, two, accumulate)
	}
	if l.film != nil && grad != nil {
		l.film.backward(grad, p.de, p.rows, p.e, p.film, true, &p.product)
	}
}

// correlate sets the sums over pixels of dn and of dn x, by channel.
func correlate(one, two []float64, dn, x []float32) {
	c := len(one)
	two = two[:c]
	clear(one)
	clear(two)
	for ; len(x) >= c; x, dn = x[c:], dn[c:] {
		row := x[:c]
		for j, v := range dn[:c] {
			f := float64(v)
			one[j] += f
			two[j] += f * float64(row[j])
		}
	}
}

// spread sets (or adds to) every row of dx: a dn + q x + k.
func spread(dx, dn, x, a []float32, q, k []float64, accumulate bool) {
	c := len(a)
	q, k = q[:c], k[:c]
	for ; len(x) >= c; x, dn, dx = x[c:], dn[c:], dx[c:] {
		row, from, to := x[:c], dn[:c], dx[:c]
		if accumulate {
			for j, v := range a {
				to[j] += v*from[j] + float32(q[j])*row[j] + float32(k[j])
			}
			continue
		}
		for j, v := range a {
			to[j] = v*from[j] + float32(q[j])*row[j] + float32(k[j])
		}
	}
}

func (l *norm) maps() (in []int, out int) { return []int{l.src}, l.dst }

func (l *norm) init(w []float32) {
	for j := range l.gamma(w) {
		l.gamma(w)[j], l.beta(w)[j] = 1, 0
	}
}

func (l *norm) tensors(prefix string, w []float32) []Tensor {
	return []Tensor{
		{prefix + l.name + ".weight", []int{l.channels}, l.gamma(w)},
		{prefix + l.name + ".bias", []int{l.channels}, l.beta(w)},
	}
}
