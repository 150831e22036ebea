package odefile

// op is an instruction's operation.
type op uint8

const (
	opAdd op = iota
	opSub
	opMul
	opDiv
	opNeg
	opLess
	opLessEqual
	opEqual
	opAnd
	opOr
	opNot
	opSelect
	opUnary
	opBinary
)

// instruction is slab[dst] = op(slab[a], slab[b], slab[c]); truth is 1 and 0. Of a
// function, c is its place in the table.
type instruction struct {
	op           op
	dst, a, b, c int32
}

// program computes a few values of t and the state. expr's own machine boxes every
// number it computes (six allocations and 220 ns for six operations); this one
// costs about a nanosecond an operation. It belongs to one goroutine.
type program struct {
	code []instruction
	slab []float64 // the state, t, and constants among the results
	dim  int
	out  []int32
}

// run computes dst[i], the program's value i.
func (p *program) run(dst []float64, t float64, y []float64) {
	s := p.slab
	copy(s[:p.dim], y)
	s[p.dim] = t
	execute(p.code, s)
	for i, o := range p.out {
		dst[i] = s[o]
	}
}

func execute(code []instruction, s []float64) {
	for k := range code {
		i := &code[k]
		v, w := s[i.a], s[i.b]
		switch i.op {
		case opAdd:
			v += w
		case opSub:
			v -= w
		case opMul:
			v *= w
		case opDiv:
			v /= w
		case opNeg:
			v = -v
		case opLess:
			v = truth(v < w)
		case opLessEqual:
			v = truth(v <= w)
		case opEqual:
			v = truth(v == w)
		case opAnd:
			v *= w
		case opOr:
			v = max(v, w)
		case opNot:
			v = 1 - v
		case opSelect:
			if v == 0 {
				w = s[i.c]
			}
			v = w
		case opUnary:
			v = unary[i.c].f(v)
		case opBinary:
			v = binary[i.c].f(v, w)
		}
		s[i.dst] = v
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
