package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde/statistics"
)

// ClassifierConfig says how [Classifier] works. The zero value is a good start.
type ClassifierConfig struct {
	Hidden  int     // width of the MLP; 0: 128
	Blocks  int     // its residual blocks; 0: 2
	Steps   int     // of training, at most, with 128 rows each; 0: 2000
	Rate    float64 // peak learning rate; 0: 1e-3
	Seed    uint64
	Workers int // 0: one a core; the result is the same
}

// TwoSample is the outcome of a classifier that was to tell samples from data.
type TwoSample struct {
	Accuracy statistics.Estimate // on rows that it has not seen: ½ if it cannot
	Low      float64             // of an interval of 95 per cent for the accuracy,
	High     float64             // exact for any number of rows
	P        float64             // p-value of the hypothesis that it guesses
	// JensenShannon is ln 2 less its loss on rows that it has not seen, in nats: a lower
	// bound of the divergence of the two laws, but for its error.
	JensenShannon statistics.Estimate
	Rows          int // that it was tested on, half of them of each sample
	Steps         int // until the loss on rows set apart was least
}

// Classifier is the classifier's two-sample test (C2ST): a residual MLP is trained to tell
// the rows of two samples apart, on half of the rows, and tested on the other half. As many
// rows of either sample take part, whatever more there are left out by the seed. A fifth
// of the rows to train on decides when to stop. Columns are standardised by the rows to
// train on, those that do not vary left out.
//
// What is seen of a difference is what this network can learn from so many rows: an
// accuracy above ½ proves one, an accuracy of ½ does not prove its absence.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 20 rows, ErrNotFinite,
// [ErrConfig]; that of ctx.
//
// Lopez-Paz, Oquab (2017), "Revisiting classifier two-sample tests", section 3; Clopper,
// Pearson (1934) for the interval.
func Classifier(ctx context.Context, x, y []float64, dim int, c ClassifierConfig) (TwoSample, error) {
	none := TwoSample{Accuracy: unknown, Low: math.NaN(), High: math.NaN(), P: math.NaN(), JensenShannon: unknown}
	n, err := check(dim, 20, x, y)
	if err != nil {
		return none, err
	}
	c, err = c.complete()
	if err != nil {
		return none, err
	}
	rows := min(n[0], n[1])
	x, y = shuffled(x, dim, c.Seed, 0), shuffled(y, dim, c.Seed, 1)
	tests := rows / 2
	checks := max(1, (rows-tests)/5)
	part := func(lo, hi int) labelled {
		return labelled{slices.Concat(x[lo*dim:hi*dim], y[lo*dim:hi*dim]), hi - lo}
	}
	test, validate, train := part(0, tests), part(tests, tests+checks), part(tests+checks, rows)
	if dim = standardise(dim, &train, &validate, &test); dim == 0 {
		// Nothing varies where it was trained, and so nothing was learnt.
		train, validate, test = train.zeros(), validate.zeros(), test.zeros()
		dim = 1
	}
	logits, steps, err := c.fit(ctx, dim, train, validate, test)
	if err != nil {
		return none, err
	}
	return judge(logits, tests, steps), nil
}

// labelled are rows of the first sample, then as many of the second.
type labelled struct {
	x    []float64
	each int
}

func (l labelled) zeros() labelled { return labelled{make([]float64, 2*l.each), l.each} }

// label of row i: 1 for the first sample.
func (l labelled) label(i int) float64 {
	if i < l.each {
		return 1
	}
	return 0
}

// standardise brings the columns to mean 0 and deviation 1 by the first set, leaves out
// those that do not vary there, and returns how many are left.
func standardise(dim int, sets ...*labelled) int {
	var keep []int
	var shift, scale []float64
	column := make([]float64, 2*sets[0].each)
	for j := range dim {
		for i := range column {
			column[i] = sets[0].x[i*dim+j]
		}
		mean, sd := stat.MeanStdDev(column, nil)
		if sd > 1e-12*math.Abs(mean) {
			keep, shift, scale = append(keep, j), append(shift, mean), append(scale, 1/sd)
		}
	}
	for _, s := range sets {
		out := make([]float64, 0, 2*s.each*len(keep))
		for i := range 2 * s.each {
			for k, j := range keep {
				// A column may be all but constant here and not elsewhere.
				v := (s.x[i*dim+j] - shift[k]) * scale[k]
				out = append(out, max(-100, min(v, 100)))
			}
		}
		s.x = out
	}
	return len(keep)
}

// judge turns logits of rows with known labels into the outcome.
func judge(logits []float64, each, steps int) TwoSample {
	bound := make([]float64, len(logits))
	hits := 0.0
	for i, v := range logits {
		if i >= each {
			v = -v
		}
		switch {
		case v > 0:
			hits++
		case v == 0:
			hits += 0.5
		}
		bound[i] = math.Ln2 - softplus(-v)
	}
	n := float64(len(logits))
	share := hits / n
	k := math.Floor(hits) // an undecided row counts against it
	r := TwoSample{
		Accuracy: statistics.Estimate{Value: share, Error: math.Sqrt(share * (1 - share) / n)},
		Low:      0, High: 1, P: 1,
		JensenShannon: meanOf(bound), Rows: len(logits), Steps: steps,
	}
	const tail = 0.025
	if k > 0 {
		r.Low = mathext.InvRegIncBeta(k, n-k+1, tail)
		r.P = mathext.RegIncBeta(k, n-k+1, 0.5) // P(hits ≥ k) at ½
	}
	if k < n {
		r.High = mathext.InvRegIncBeta(k+1, n-k, 1-tail)
	}
	return r
}

// softplus is ln(1 + e^v).
func softplus(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }

func (c ClassifierConfig) complete() (ClassifierConfig, error) {
	if c.Hidden < 0 || c.Blocks < 0 || c.Steps < 0 || !(c.Rate >= 0) || math.IsInf(c.Rate, 1) {
		return c, fmt.Errorf("%w: classifier of width %d and %d blocks, %d steps at rate %v; want none negative", ErrConfig, c.Hidden, c.Blocks, c.Steps, c.Rate)
	}
	set := func(v *int, usual int) {
		if *v == 0 {
			*v = usual
		}
	}
	set(&c.Hidden, 128)
	set(&c.Blocks, 2)
	set(&c.Steps, 2000)
	if c.Rate == 0 {
		c.Rate = 1e-3
	}
	return c, nil
}
