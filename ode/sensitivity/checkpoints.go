package sensitivity

// checkpoints keep every step's time and length, and the states at the start of
// every so many of them.
type checkpoints struct {
	n     int
	every int
	grows bool      // every doubles to keep states and gaps balanced
	t, h  []float64 // of step i: its start and its length; t has one more, the end
	y     []float64 // the states at the start of steps 0, every, 2 every, ...
}

func newCheckpoints(n, every int, t0 float64) *checkpoints {
	return &checkpoints{n: n, every: max(every, 1), grows: every == 0, t: []float64{t0}}
}

// add records a step of length h to t from the state y.
func (c *checkpoints) add(t, h float64, y []float64) {
	if len(c.h)%c.every == 0 {
		c.y = append(c.y, y...)
	}
	c.t, c.h = append(c.t, t), append(c.h, h)
	if c.grows && c.saved() > 2*c.every {
		c.thin()
	}
}

// thin drops every other state, so that saved states and the gaps between them
// both stay within a factor two of the square root of the number of steps.
func (c *checkpoints) thin() {
	kept := 0
	for i := 0; i < c.saved(); i += 2 {
		copy(c.y[kept*c.n:(kept+1)*c.n], c.state(i))
		kept++
	}
	c.y = c.y[:kept*c.n]
	c.every *= 2
}

func (c *checkpoints) saved() int { return len(c.y) / c.n }

func (c *checkpoints) state(i int) []float64 { return c.y[i*c.n : (i+1)*c.n] }
