package latent

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
)

// Codes is a discrete encoder: a row is cut into parts of equal length, the patches of a
// picture say, and each becomes the number of the nearest atom of a codebook of its own.
// So k atoms a part stand for k^parts rows. It is immutable and safe for concurrent use.
//
// The quantised law is as near to the data as any on these atoms: W2² between the two is
// Distortion.
//
// Van den Oord, Vinyals, Kavukcuoglu (2017), "Neural discrete representation learning",
// with Lloyd's atoms for learnt ones; Jégou, Douze, Schmid (2011) for the parts.
type Codes struct {
	books []*score.Codebook
	dim   int
	part  int // numbers of a part
}

// FitCodes fits a codebook of k atoms to every part of rows of dim numbers, by
// [score.Quantise]. Errors: its own, with the part, and [score.ErrDimension] unless parts
// divides dim.
func FitCodes(ctx context.Context, x []float64, dim, parts, k int, c score.QuantiseConfig) (*Codes, error) {
	if dim < 1 || parts < 1 || dim%parts != 0 || len(x)%dim != 0 {
		return nil, fmt.Errorf("%w: %d numbers as rows of %d in %d parts; want whole rows, and parts of one length", score.ErrDimension, len(x), dim, parts)
	}
	e := &Codes{dim: dim, part: dim / parts}
	column := make([]float64, len(x)/parts)
	for p := range parts {
		e.cut(column, x, p)
		book, err := score.Quantise(ctx, column, e.part, k, c)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", p, err)
		}
		e.books = append(e.books, book)
	}
	return e, nil
}

// Parts returns the number of codes of a row.
func (e *Codes) Parts() int { return len(e.books) }

// Distortion returns the mean square distance of the data's rows to what their codes
// stand for.
func (e *Codes) Distortion() (sum float64) {
	for _, b := range e.books {
		history, _ := b.Distortion()
		sum += history[len(history)-1]
	}
	return sum
}

// Encode sets dst, Parts numbers a row, to the codes of the rows of x. It panics unless the
// numbers of rows match.
func (e *Codes) Encode(dst []int, x []float64) {
	n := e.must(len(dst), len(x))
	column, codes := make([]float64, n*e.part), make([]int, n)
	for p, b := range e.books {
		e.cut(column, x, p)
		b.Encode(codes, column)
		for i, c := range codes {
			dst[i*len(e.books)+p] = c
		}
	}
}

// Decode sets the rows of dst to what codes stand for. It panics unless the numbers of rows
// match, or for a code that is no atom's.
func (e *Codes) Decode(dst []float64, codes []int) {
	n := e.must(len(codes), len(dst))
	column, own := make([]float64, n*e.part), make([]int, n)
	for p, b := range e.books {
		for i := range own {
			own[i] = codes[i*len(e.books)+p]
		}
		b.Decode(column, own)
		for i := range n {
			copy(dst[i*e.dim+p*e.part:], column[i*e.part:][:e.part])
		}
	}
}

// Round replaces rows by what their codes stand for, in place.
func (e *Codes) Round(x []float64) {
	codes := make([]int, len(x)/e.dim*len(e.books))
	e.Encode(codes, x)
	e.Decode(x, codes)
}

// Sample fills dst with rows of samples by diffusion of codes in the space of their atoms:
// c, whose model is one of rows that are made of atoms, such as data after Round, samples
// rows, and these are rounded. What the sampler errs by less than half of the distance of
// atoms is forgotten.
//
// Errors: those of [sampler.Sample], and [score.ErrDimension] for a model of rows of
// another length or a dst that is no rows.
//
// Rombach et al. (2022), section 3.1, for the quantised latents; Li et al. (2022),
// "Diffusion-LM", section 4.2, for the rounding.
func (e *Codes) Sample(ctx context.Context, dst []float64, c sampler.Config) (sampler.Stats, error) {
	if len(dst)%e.dim != 0 {
		return sampler.Stats{}, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(dst), e.dim)
	}
	if c.Model != nil && c.Model.Dim() != e.dim {
		return sampler.Stats{}, fmt.Errorf("%w: model of rows of %d numbers, want %d", score.ErrDimension, c.Model.Dim(), e.dim)
	}
	stats, err := sampler.Sample(ctx, dst, c)
	if err != nil {
		return stats, err
	}
	e.Round(dst)
	return stats, nil
}

// cut copies part p of every row.
func (e *Codes) cut(dst, x []float64, p int) {
	for i := range len(x) / e.dim {
		copy(dst[i*e.part:(i+1)*e.part], x[i*e.dim+p*e.part:])
	}
}

func (e *Codes) must(codes, numbers int) int {
	n := numbers / e.dim
	if numbers%e.dim != 0 || codes != n*len(e.books) {
		panic(fmt.Sprintf("latent: %d codes for %d numbers, want %d a row of %d", codes, numbers, len(e.books), e.dim))
	}
	return n
}
