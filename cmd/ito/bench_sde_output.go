package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
)

func sdeTable(out io.Writer, rows []sdeRow) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "problem\tmethod\tsteps\tstrong\t±\tweak\t±\ttime a path\tpath-steps/s\torder\tweak order\t")
	for i, r := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%.2e\t%.0e\t%+.2e\t%.0e\t%v\t%.2g\t", r.Problem, r.Method, r.Steps, r.Strong, r.StrongError,
			r.Weak, r.WeakError, time.Duration(r.Seconds*1e9).Round(time.Nanosecond), float64(r.Steps)/r.Seconds)
		if next := i + 1; next == len(rows) || rows[next].Problem != r.Problem || rows[next].Method != r.Method {
			strong, weak := sdeOrders(rows[:next], r)
			_, _ = fmt.Fprintf(w, "%s\t%s\t", strong, weak)
		}
		_, _ = fmt.Fprintln(w)
	}
	return w.Flush()
}

// sdeOrders fits the orders to the errors of a problem and method that stand out
// of rounding and, the weak ones, of their standard errors.
func sdeOrders(rows []sdeRow, of sdeRow) (strong, weak string) {
	var x, y, weakX, weakY []float64
	for _, r := range rows {
		if r.Problem != of.Problem || r.Method != of.Method {
			continue
		}
		if r.Strong > 1e-12 {
			x, y = append(x, -math.Log(float64(r.Steps))), append(y, math.Log(r.Strong))
		}
		if e := math.Abs(r.Weak); e > 1e-12 && e > 3*r.WeakError {
			weakX, weakY = append(weakX, -math.Log(float64(r.Steps))), append(weakY, math.Log(e))
		}
	}
	slope := func(x, y []float64) string {
		if len(x) < 3 {
			return "–"
		}
		_, b := stat.LinearRegression(x, y, nil, false)
		return fmt.Sprintf("%.2f", b)
	}
	return slope(x, y), slope(weakX, weakY)
}

func sdeCSV(out io.Writer, rows []sdeRow) error {
	w := csv.NewWriter(out)
	all := [][]string{{"problem", "method", "steps", "strong", "strong_error", "weak", "weak_error", "seconds"}}
	float := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	for _, r := range rows {
		all = append(all, []string{r.Problem, r.Method, strconv.Itoa(r.Steps), float(r.Strong), float(r.StrongError), float(r.Weak), float(r.WeakError), float(r.Seconds)})
	}
	return w.WriteAll(all)
}

// throughput prints how fast ensembles of the models are.
func (o *benchSDEOptions) throughput(ctx context.Context, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nmodel\tns a path-step\tpath-steps/s\tof its normals' rate\t")
	const steps = 200
	for _, m := range models.Catalogue {
		noises := m.System.Noises()
		z := make([]float64, 8*noise.BlockRows*noises)
		step, normals := math.Inf(1), math.Inf(1)
		for range 5 { // in turn, for both to meet the same machine
			s, err := o.time(ctx, sde.Ensemble{Method: m.Method, System: m.System, T1: m.T1 * steps / 1000, Steps: steps, Initial: m.Initial})
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			step = min(step, s/steps)
			begin := time.Now()
			for k := range uint64(steps) {
				noise.Gaussian{}.Normal(z, noises, noise.Address{Seed: o.seed, Use: noise.Test, Step: k})
			}
			normals = min(normals, time.Since(begin).Seconds()/steps/float64(8*noise.BlockRows))
		}
		_, _ = fmt.Fprintf(w, "%s\t%.2f\t%.3g\t%.2f\t\n", m.Name, step*1e9, 1/step, normals/step)
	}
	return w.Flush()
}
