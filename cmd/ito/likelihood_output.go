package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
)

// likelihoodTerm is a part of the log-likelihood, its mean over rows.
type likelihoodTerm struct {
	Name  string   `json:"name"`
	Nats  float64  `json:"nats"`
	Error *float64 `json:"error,omitempty"`
	Bits  float64  `json:"bits_per_dim"`
}

// likelihoodReport is what ito likelihood prints.
type likelihoodReport struct {
	Data        string           `json:"data"`
	Method      string           `json:"method"`
	Count       int              `json:"rows"`
	Dim         int              `json:"dim"`
	Quantised   bool             `json:"quantised"` // a probability, not a density
	Evaluations int              `json:"evaluations"`
	Terms       []likelihoodTerm `json:"terms"`
	Total       likelihoodTerm   `json:"total"`
	Interval    []float64        `json:"interval,omitempty"` // of 95 per cent, in nats
	Closed      *likelihoodTerm  `json:"closed_form,omitempty"`

	rows []float64 // in nats
}

func (r *likelihoodReport) term(name string, e statistics.Estimate) likelihoodTerm {
	return likelihoodTerm{name, e.Value, finite(e.Error), flow.BitsPerDim(e.Value, r.Dim, 0)}
}

func (r *likelihoodReport) add(name string, e statistics.Estimate) {
	r.Terms = append(r.Terms, r.term(name, e))
}

// exact adds a term of which no error is known, or that has none.
func (r *likelihoodReport) exact(name string, nats float64) {
	r.Terms = append(r.Terms, likelihoodTerm{Name: name, Nats: nats, Bits: flow.BitsPerDim(nats, r.Dim, 0)})
}

// closed adds the closed form where the model has one.
func (r *likelihoodReport) closed(m score.Model, x []float64, units float64) error {
	able, ok := m.(score.LogDensity)
	if !ok {
		return nil
	}
	log := make([]float64, r.Count)
	if err := able.LogDensity(log, x, sde.Level{Alpha: 1}); err != nil {
		return err
	}
	e := average(log)
	e.Value += units
	t := r.term("closed form", e)
	r.Closed = &t
	return nil
}

func average(x []float64) statistics.Estimate {
	mean, _ := stat.MeanVariance(x, nil)
	return statistics.Estimate{Value: mean, Error: stat.StdErr(stat.StdDev(x, nil), float64(len(x)))}
}

func (r *likelihoodReport) print(out io.Writer, asJSON bool) error {
	total := average(r.rows)
	r.Total = r.term("total", total)
	if r.Total.Error != nil {
		lo, hi := total.Interval(0.95)
		r.Interval = []float64{lo, hi}
	}
	if asJSON {
		return writeJSON(out, r)
	}
	what := "log density"
	if r.Quantised {
		what = "log probability"
	}
	_, _ = fmt.Fprintf(out, "%s of %d rows of %d numbers of %s, by %s\n\n", what, r.Count, r.Dim, r.Data, r.Method)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "term\tnats\t±\tbits/dim\t")
	terms := append(r.Terms[:len(r.Terms):len(r.Terms)], r.Total)
	if r.Closed != nil {
		terms = append(terms, *r.Closed)
	}
	for _, t := range terms {
		e := "–"
		if t.Error != nil {
			e = fmt.Sprintf("%.3g", *t.Error)
		}
		_, _ = fmt.Fprintf(w, "%s\t%.5g\t%s\t%.4f\t\n", t.Name, t.Nats, e, t.Bits)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Interval != nil {
		_, _ = fmt.Fprintf(out, "\n95 %% interval %.5g to %.5g nats, %d evaluations a row\n", r.Interval[0], r.Interval[1], r.Evaluations/r.Count)
	}
	return nil
}
