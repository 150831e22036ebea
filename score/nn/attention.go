package nn

import "math"

// attention lets every pixel read all others of its image. Its source holds
// queries, keys and values, channels each; head i works on the i-th part of them,
// d channels wide:
//
//	P = softmax(Q Kᵀ/√d),   y = P V.
//
// Vaswani et al. (2017), eq. 1; Ho, Jain, Abbeel (2020), appendix B.
type attention struct {
	channels, pixels, heads int
	src, dst                int
}

// own is P of every head.
func (l *attention) own() int { return l.heads * l.pixels * l.pixels }

func (l *attention) forward(p *unetPass, own []float32) {
	c, t, d := l.channels, l.pixels, l.channels/l.heads
	scale := float32(1 / math.Sqrt(float64(d)))
	for r := range p.rows {
		qkv, y := p.y[l.src][r*t*3*c:][:t*3*c], p.y[l.dst][r*t*c:][:t*c]
		for h := range l.heads {
			q, k, v := qkv[h*d:], qkv[c+h*d:], qkv[2*c+h*d:]
			s := own[(r*l.heads+h)*t*t:][:t*t]
			p.product.Pack(d, t, k, 3*c, true)
			p.product.Mul(s, t, t, q, 3*c, false, false, nil)
			for i := range t {
				softmax(s[i*t:][:t], scale)
			}
			p.product.Pack(t, d, v, 3*c, false)
			p.product.Mul(y[h*d:], c, t, s, t, false, false, nil)
		}
	}
}

// backward, with dP = dy Vᵀ and the rows' dS = P∘(dP − Σ P∘dP)/√d.
func (l *attention) backward(p *unetPass, own, _ []float32) {
	c, t, d := l.channels, l.pixels, l.channels/l.heads
	scale := float32(1 / math.Sqrt(float64(d)))
	into, accumulate := p.gradient(l.src)
	ds := p.wide[:t*t]
	for r := range p.rows {
		qkv, dqkv := p.y[l.src][r*t*3*c:][:t*3*c], into[r*t*3*c:][:t*3*c]
		dy := p.dy[l.dst][r*t*c:][:t*c]
		for h := range l.heads {
			q, k, v := qkv[h*d:], qkv[c+h*d:], qkv[2*c+h*d:]
			prob := own[(r*l.heads+h)*t*t:][:t*t]
			p.product.Pack(t, d, dy[h*d:], c, false)
			p.product.Mul(dqkv[2*c+h*d:], 3*c, t, prob, t, true, accumulate, nil)
			p.product.Pack(d, t, v, 3*c, true)
			p.product.Mul(ds, t, t, dy[h*d:], c, false, false, nil)
			for i := range t {
				softmaxGradient(ds[i*t:][:t], prob[i*t:][:t], scale)
			}
			p.product.Pack(t, d, k, 3*c, false)
			p.product.Mul(dqkv[h*d:], 3*c, t, ds, t, false, accumulate, nil)
			p.product.Pack(t, d, q, 3*c, false)
			p.product.Mul(dqkv[c+h*d:], 3*c, t, ds, t, true, accumulate, nil)
		}
	}
}

func (l *attention) maps() (in []int, out int) { return []int{l.src}, l.dst }

// softmax sets s to e^(scale·s) over its sum, in place.
func softmax(s []float32, scale float32) {
	most := s[0]
	for _, v := range s {
		most = max(most, v)
	}
	var sum float32
	for i, v := range s {
		e := exp(scale * (v - most))
		s[i] = e
		sum += e
	}
	k := 1 / sum
	for i := range s {
		s[i] *= k
	}
}

// softmaxGradient turns dP into dS, in place.
func softmaxGradient(d, p []float32, scale float32) {
	var dot float32
	for i, v := range d {
		dot += v * p[i]
	}
	for i, v := range d {
		d[i] = scale * p[i] * (v - dot)
	}
}

// exp is e^x for x ≤ 0 with a relative error below 4e-7, and 0 below the range of
// normal numbers: 2^k e^r with r = x − k ln 2, |r| ≤ ln 2/2, and Taylor's polynomial
// of degree 7, whose remainder is below 6e-9.
func exp(x float32) float32 {
	if !(x > -87.3) {
		if x != x {
			return x
		}
		return 0
	}
	const (
		high = 0.693359375 // of ln 2, short enough for k·high to be exact
		low  = -2.12194440e-4
	)
	k := float32(int32(x*math.Log2E - 0.5))
	r := x - k*high - k*low
	e := 1 + r*(1+r*(1./2+r*(1./6+r*(1./24+r*(1./120+r*(1./720+r*(1./5040)))))))
	return e * math.Float32frombits(uint32(127+int32(k))<<23)
}
