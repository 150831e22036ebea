package odefile

import (
	"slices"
	"sync"
)

// block is how many rows go through an instruction together, which spreads the
// cost of reading it.
const block = 64

// rowProgram runs a program on rows of states. Its calls may be concurrent and
// allocate nothing once there is memory for as many of them.
type rowProgram struct {
	program
	slabs sync.Pool // columns of block numbers, as the program's slab
}

func newRowProgram(p *program) *rowProgram {
	r := &rowProgram{program: *p}
	r.slabs.New = func() any {
		s := make([]float64, block*len(p.slab))
		for i, v := range p.slab {
			for k := range block {
				s[i*block+k] = v
			}
		}
		return &s
	}
	return r
}

// run computes len(out) numbers for each row of y.
func (r *rowProgram) run(dst []float64, t float64, y []float64) {
	slab := r.slabs.Get().(*[]float64)
	defer r.slabs.Put(slab)
	s, width := *slab, len(r.out)
	for len(y) > 0 {
		n := min(block, len(y)/r.dim)
		for i := range r.dim {
			column := s[i*block:][:n]
			for k := range column {
				column[k] = y[k*r.dim+i]
			}
		}
		now := s[r.dim*block:][:n]
		for k := range now {
			now[k] = t
		}
		for k := range r.code {
			r.code[k].columns(s, n)
		}
		for i, o := range r.out {
			column := s[int(o)*block:][:n]
			for k, v := range column {
				dst[k*width+i] = v
			}
		}
		dst, y = dst[n*width:], y[n*r.dim:]
	}
}

// columns is the instruction on n rows.
func (i *instruction) columns(s []float64, n int) {
	at := func(slot int32) []float64 { return s[int(slot)*block:][:n] }
	d, a, b := at(i.dst), at(i.a), at(i.b)
	switch i.op {
	case opAdd:
		for k, v := range a {
			d[k] = v + b[k]
		}
	case opSub:
		for k, v := range a {
			d[k] = v - b[k]
		}
	case opMul, opAnd:
		for k, v := range a {
			d[k] = v * b[k]
		}
	case opDiv:
		for k, v := range a {
			d[k] = v / b[k]
		}
	case opNeg:
		for k, v := range a {
			d[k] = -v
		}
	case opNot:
		for k, v := range a {
			d[k] = 1 - v
		}
	case opUnary:
		f := unary[i.c].f
		for k, v := range a {
			d[k] = f(v)
		}
	case opBinary:
		f := binary[i.c].f
		for k, v := range a {
			d[k] = f(v, b[k])
		}
	default:
		c := at(i.c)
		for k, v := range a {
			d[k] = i.choose(v, b[k], c[k])
		}
	}
}

// choose is the operations that compare.
func (i *instruction) choose(a, b, c float64) float64 {
	switch i.op {
	case opLess:
		return truth(a < b)
	case opLessEqual:
		return truth(a <= b)
	case opEqual:
		return truth(a == b)
	case opOr:
		return max(a, b)
	default: // opSelect
		if a == 0 {
			return c
		}
		return b
	}
}

// depends lists, for each value of the program, the states it depends on.
func (p *program) depends() [][]int32 {
	of := map[int32][]int32{}
	for j := range int32(p.dim) {
		of[j] = []int32{j}
	}
	for _, i := range p.code {
		operands := []int32{i.a, i.b, i.c}
		switch i.op {
		case opNeg, opNot, opUnary:
			operands = operands[:1]
		case opSelect:
		default:
			operands = operands[:2]
		}
		var all []int32
		for _, o := range operands {
			all = append(all, of[o]...)
		}
		slices.Sort(all)
		of[i.dst] = slices.Compact(all)
	}
	out := make([][]int32, len(p.out))
	for i, o := range p.out {
		out[i] = of[o]
	}
	return out
}
