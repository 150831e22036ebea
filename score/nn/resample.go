package nn

// pool halves an image: y is the mean of 2×2 pixels.
type pool struct {
	h, w, channels int // of x
	src, dst       int
}

func (l *pool) forward(p *unetPass, _ []float32) {
	c, x, y := l.channels, p.y[l.src], p.y[l.dst]
	for r := range p.rows * l.h / 2 {
		for col := range l.w / 2 {
			at := (2*r*l.w + 2*col) * c
			a, b := x[at:][:2*c], x[at+l.w*c:][:2*c]
			for j := range c {
				y[j] = 0.25 * (a[j] + a[c+j] + b[j] + b[c+j])
			}
			y = y[c:]
		}
	}
}

func (l *pool) backward(p *unetPass, _, _ []float32) {
	c, dy := l.channels, p.dy[l.dst]
	dx, accumulate := p.gradient(l.src)
	for r := range p.rows * l.h / 2 {
		for col := range l.w / 2 {
			at := (2*r*l.w + 2*col) * c
			a, b := dx[at:][:2*c], dx[at+l.w*c:][:2*c]
			if !accumulate {
				clear(a)
				clear(b)
			}
			for j := range c {
				v := 0.25 * dy[j]
				a[j] += v
				a[c+j] += v
				b[j] += v
				b[c+j] += v
			}
			dy = dy[c:]
		}
	}
}

func (l *pool) maps() (in []int, out int) { return []int{l.src}, l.dst }
func (l *pool) own() int                  { return 0 }

// up doubles an image: each pixel four times.
type up struct {
	h, w, channels int // of x
	src, dst       int
}

func (l *up) forward(p *unetPass, _ []float32) {
	c, x, y := l.channels, p.y[l.src], p.y[l.dst]
	for range p.rows * l.h {
		row := y[:2*l.w*c]
		for col := range l.w {
			copy(row[2*col*c:][:c], x[col*c:])
			copy(row[(2*col+1)*c:][:c], x[col*c:])
		}
		copy(y[len(row):][:len(row)], row)
		x, y = x[l.w*c:], y[2*len(row):]
	}
}

func (l *up) backward(p *unetPass, _, _ []float32) {
	c, dy := l.channels, p.dy[l.dst]
	dx, accumulate := p.gradient(l.src)
	for range p.rows * l.h {
		for col := range l.w {
			a, b := dy[2*col*c:][:2*c], dy[(2*l.w+2*col)*c:][:2*c]
			to := dx[col*c:][:c]
			if !accumulate {
				clear(to)
			}
			for j := range to {
				to[j] += a[j] + a[c+j] + b[j] + b[c+j]
			}
		}
		dx, dy = dx[l.w*c:], dy[4*l.w*c:]
	}
}

func (l *up) maps() (in []int, out int) { return []int{l.src}, l.dst }
func (l *up) own() int                  { return 0 }

// concat puts the channels of two maps one behind the other.
type concat struct {
	pixels, a, b    int // channels
	srcA, srcB, dst int
}

func (l *concat) forward(p *unetPass, _ []float32) {
	a, b, y := p.y[l.srcA], p.y[l.srcB], p.y[l.dst]
	for range p.rows * l.pixels {
		copy(y[:l.a], a)
		copy(y[l.a:][:l.b], b)
		a, b, y = a[l.a:], b[l.b:], y[l.a+l.b:]
	}
}

func (l *concat) backward(p *unetPass, _, _ []float32) {
	split(p, l.srcA, p.dy[l.dst], l.pixels, l.a, l.a+l.b)
	split(p, l.srcB, p.dy[l.dst][l.a:], l.pixels, l.b, l.a+l.b)
}

// split passes the first c of each stride channels on to a map.
func split(p *unetPass, to int, dy []float32, pixels, c, stride int) {
	dx, accumulate := p.gradient(to)
	for i := range p.rows * pixels {
		from, d := dy[i*stride:][:c], dx[i*c:][:c]
		if !accumulate {
			copy(d, from)
			continue
		}
		for j, v := range from {
			d[j] += v
		}
	}
}

func (l *concat) maps() (in []int, out int) { return []int{l.srcA, l.srcB}, l.dst }
func (l *concat) own() int                  { return 0 }
