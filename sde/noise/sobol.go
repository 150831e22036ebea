package noise

import (
	_ "embed"
	"encoding/csv"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"gonum.org/v1/gonum/mathext"
)

// Sobol is a Source of quasi-random normal numbers: row r is point r of Sobol's
// sequence in as many dimensions as a path has numbers,
//
//	z = Φ^(−1)(π(x_r)),   x_r = ⊕ of the direction numbers of r's bits,
//
// ⊕ in each binary digit, and π a random permutation for each (seed, use, dimension)
// that changes a digit by what comes before it alone. So every row has the law of
// independent normal numbers, means over rows are without bias, and rows are as
// evenly spread as before. Means of smooth functions over 2^k rows from a multiple of
// 2^k on have errors near 1/2^k in the place of Gaussian's 1/√2^k, which the rows of
// one seed do not show: take the spread between a few.
//
// Coordinate j of dim at a step takes dimension (f·Steps + step)·dim + j, f = 0 for
// increments, 1 and 2 for H and K of [Draw]; after those of the three come A's, j of
// dim(dim−1)/2 pairs at a step, and then V's. The first dimensions are the best, so
// that a path should take what matters most of it from them: see [Bridged]. Dimensions
// from SobolDimensions on, and stages that are none of Draw's, are Gaussian's, of other
// stages for each Randomisation. Logarithms make the last bits depend on the
// architecture.
//
// Sobol' (1967); direction numbers of Joe, Kuo (2008), "Constructing Sobol sequences
// with better two-dimensional projections" (new-joe-kuo-6); Owen (1995) for the
// permutations, by hashing as Laine, Karras (2011), "Stratified sampling for stochastic
// transparency", with constants from the address.
type Sobol struct {
	Steps int // of a path, at least 1; that of rows is from 0 to Steps − 1
	// Randomisation tells apart independent permutations of the points of one seed.
	Randomisation uint64
}

var _ Source = Sobol{}

//go:embed sobol.csv
var sobolTable string

// SobolDimensions is how many dimensions Sobol has.
const SobolDimensions = 1024

// directions is, by dimension, the ⊕ of the first i + 1 direction numbers: what takes
// point r to r + 1, r having i ones at its end.
var directions = sync.OnceValue(func() *[SobolDimensions][64]uint64 {
	reader := csv.NewReader(strings.NewReader(sobolTable))
	reader.FieldsPerRecord = -1
	lines, err := reader.ReadAll()
	if err != nil {
		panic(err) // the table is part of the program
	}
	out := new([SobolDimensions][64]uint64)
	for d, line := range lines {
		// A primitive polynomial's coefficients, and the first odd numbers m_i.
		polynomial, err := strconv.ParseUint(line[0], 10, 64)
		if err != nil {
			panic(err)
		}
		degree := bits.Len64(polynomial) - 1
		v := &out[d]
		for i := range v {
			switch {
			case degree == 0:
				v[i] = 1 << (63 - i)
			case i < degree:
				m, err := strconv.ParseUint(line[1+i], 10, 64)
				if err != nil {
					panic(err)
				}
				v[i] = m << (63 - i)
			default:
				v[i] = v[i-degree] ^ v[i-degree]>>degree
				for j := 1; j < degree; j++ {
					if polynomial>>(degree-j)&1 == 1 {
						v[i] ^= v[i-j]
					}
				}
			}
		}
		for i := 1; i < 64; i++ {
			v[i] ^= v[i-1]
		}
	}
	return out
})

// point returns x_r as a binary fraction of 64 digits.
func point(v *[64]uint64, r uint64) uint64 {
	x, last := uint64(0), uint64(0)
	for i := range 64 {
		if r>>i&1 == 1 {
			x ^= v[i] ^ last
		}
		last = v[i]
	}
	return x
}

// first is the first dimension of a functional of dim numbers a row at a step.
func (s Sobol) first(functional, step uint64, dim int) int {
	if functional < 3 {
		return (int(functional)*s.Steps + int(step)) * dim
	}
	// Of as many coordinates as have dim pairs.
	coordinates := (1 + int(math.Sqrt(float64(1+8*dim)))) / 2
	return 3*s.Steps*coordinates + (int(functional-3)*s.Steps+int(step))*dim
}

// Dimensions returns how many dimensions paths of dim coordinates with functionals f
// reach to.
func (s Sobol) Dimensions(f Functionals, dim int) int {
	pairs := dim * (dim - 1) / 2
	switch {
	case f.has(TwoPoint) && pairs > 0:
		return s.first(4, uint64(s.Steps), pairs)
	case f.has(Area) && pairs > 0:
		return s.first(3, uint64(s.Steps), pairs)
	default:
		return s.first(uint64(f.linear()-1), uint64(s.Steps), dim)
	}
}

// Normal fills dst, len(dst)/dim rows of dim numbers. It panics if that is not a
// whole number, or if at.Step is not below Steps.
func (s Sobol) Normal(dst []float64, dim int, at Address) {
	checkRows("Sobol", dst, dim)
	if at.Step >= uint64(max(s.Steps, 0)) {
		panic("noise: Sobol: a step beyond Steps")
	}
	functional := at.Stage >> 60
	first := s.first(functional, at.Step, dim)
	if at.Stage != plane(0, functional) || first+dim > SobolDimensions {
		random := at
		random.Stage ^= s.Randomisation << 8 & (1<<60 - 1)
		Gaussian{}.Normal(dst, dim, random)
	}
	if at.Stage != plane(0, functional) {
		return
	}
	table := directions()
	for j := 0; j < dim && first+j < SobolDimensions; j++ {
		v := &table[first+j]
		pi := s.scramble(at, first+j)
		x, r := point(v, at.Row), at.Row
		for i := j; i < len(dst); i += dim {
			// As Stream.Uniform makes its numbers, never 0 or 1.
			dst[i] = mathext.NormalQuantile(float64(pi.of(x)>>12<<1|1) * 0x1p-53)
			x ^= v[bits.TrailingZeros64(^r)&63]
			r++
		}
	}
}

// scramble is π: the shift and the even factors of its rounds.
type scramble struct {
	shift   uint64
	factors [4]uint64
}

func (s Sobol) scramble(at Address, dimension int) scramble {
	stream := NewStream(Address{Seed: at.Seed, Use: at.Use, Row: uint64(dimension) * BlockRows, Step: ^uint64(0), Stage: s.Randomisation})
	p := scramble{shift: stream.Uint64()}
	for i := range p.factors {
		p.factors[i] = stream.Uint64() &^ 1
	}
	return p
}

// of works on the digits in reverse: sums and products by even numbers carry from
// earlier digits to later ones.
func (p *scramble) of(x uint64) uint64 {
	x = bits.Reverse64(x) + p.shift
	for _, f := range p.factors {
		x ^= x * f
	}
	return bits.Reverse64(x)
}
