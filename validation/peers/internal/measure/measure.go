// Package measure is what the Go drivers of the peers share: their arguments, the
// timing of a solve and the lines that report it. The drivers in other languages
// do the same (../../drivers).
package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is one measurement. A failed one has Failed and no time; the cost of one
// bare right-hand side has the method "rhs" and no tolerance.
type Line struct {
	Problem     string    `json:"problem"`
	Peer        string    `json:"peer"`
	Method      string    `json:"method"`
	Tolerance   float64   `json:"tolerance,omitempty"`
	Seconds     float64   `json:"seconds,omitempty"`
	Evaluations int       `json:"evaluations,omitempty"`
	Y           []float64 `json:"y,omitempty"`     // the end point, as drivers report it
	Error       *float64  `json:"error,omitempty"` // of the end point, as the reader of the lines finds it
	Failed      string    `json:"failed,omitempty"`
}

// Driver is one run of a driver: a problem, and what to measure on it.
type Driver struct {
	Problem    string
	Filter     string    // substring of "problem/peer/method"; "": all
	Budget     float64   // seconds to spend on a measurement
	AbsScale   float64   // absolute tolerance over relative tolerance
	Tolerances []float64 // falling
	Out        io.Writer

	slow map[string]bool
}

// Args returns the arguments by which a driver program is told what to do.
func (d *Driver) Args() []string {
	tols := make([]string, len(d.Tolerances))
	for i, t := range d.Tolerances {
		tols[i] = fmt.Sprintf("%.0e", t)
	}
	return []string{d.Problem, d.Filter, fmt.Sprint(d.Budget), fmt.Sprint(d.AbsScale), strings.Join(tols, ",")}
}

// Parse reads what [Driver.Args] wrote.
func Parse(args []string, out io.Writer) (*Driver, error) {
	if len(args) != 5 {
		return nil, fmt.Errorf("peers: %d arguments, want PROBLEM FILTER SECONDS ATOL_SCALE TOLERANCES", len(args))
	}
	d := &Driver{Problem: args[0], Filter: args[1], Out: out}
	numbers := append([]string{args[2], args[3]}, strings.Split(args[4], ",")...)
	values := make([]float64, len(numbers))
	for i, s := range numbers {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("peers: %q is not a positive number", s)
		}
		values[i] = v
	}
	d.Budget, d.AbsScale, d.Tolerances = values[0], values[1], values[2:]
	return d, nil
}

// Alone makes the calling goroutine the only one that runs, on a thread of its own.
func Alone() {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread()
}

func (d *Driver) wanted(peer, method string) bool {
	return strings.Contains(d.Problem+"/"+peer+"/"+method, d.Filter)
}

func (d *Driver) print(l Line) error { return json.NewEncoder(d.Out).Encode(l) }

// Solve measures one method at one tolerance and prints a line: solve makes a
// solver, integrates, and returns the end point and the number of evaluations.
// A method that took more than half a second is not tried again.
func (d *Driver) Solve(peer, method string, tolerance float64, solve func() ([]float64, int, error)) error {
	if !d.wanted(peer, method) || d.slow[method] {
		return nil
	}
	l := Line{Problem: d.Problem, Peer: peer, Method: method, Tolerance: tolerance}
	seconds, err := d.typical(func() (err error) {
		l.Y, l.Evaluations, err = solve()
		return err
	})
	for i, v := range l.Y {
		if err == nil && v-v != 0 {
			err = fmt.Errorf("component %d is not finite", i)
		}
	}
	if l.Seconds = round(seconds); err != nil {
		l.Y, l.Evaluations, l.Seconds, l.Failed = nil, 0, 0, err.Error()
	}
	if seconds > 0.5 {
		if d.slow == nil {
			d.slow = map[string]bool{}
		}
		d.slow[method] = true
	}
	return d.print(l)
}

// RHS measures what one bare right-hand side costs, called as a value.
func (d *Driver) RHS(peer string, f func()) error {
	if !d.wanted(peer, "rhs") {
		return nil
	}
	const reps = 10000
	seconds, err := d.typical(func() error {
		for range reps {
			f()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.print(Line{Problem: d.Problem, Peer: peer, Method: "rhs", Seconds: round(seconds / reps)})
}

func (d *Driver) typical(f func() error) (seconds float64, err error) { return Typical(d.Budget, f) }

// Typical returns the time of f undisturbed: of at least three runs and of budget
// seconds the one that a twentieth of them beat, because the very least may be a
// leap of the clock. Times are wall times, or the process's CPU times where those
// are over 2 ms, so that another process on the same CPU does not show. After an
// error it returns the time up to there.
func Typical(budget float64, f func() error) (seconds float64, err error) {
	var all []float64
	for total := 0.0; len(all) < 3 || total < budget && len(all) < 20000; {
		cpu, begin := processTime(), time.Now()
		err := f()
		took := time.Since(begin)
		if spent := processTime() - cpu; took > 2*time.Millisecond && spent > 0 {
			took = spent
		}
		if err != nil {
			return took.Seconds(), err
		}
		all = append(all, took.Seconds())
		if total += took.Seconds(); total > 6 {
			break
		}
	}
	slices.Sort(all)
	return all[len(all)/20], nil
}

// Least returns the least CPU time of the process, or wall time where that is not
// known, over so many runs of f.
func Least(runs int, f func() error) (seconds float64, err error) {
	seconds = math.Inf(1)
	for range runs {
		cpu, begin := processTime(), time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		took := time.Since(begin)
		if spent := processTime() - cpu; spent > 0 {
			took = spent
		}
		seconds = min(seconds, took.Seconds())
	}
	return seconds, nil
}

// round keeps six digits; the clock knows no more.
func round(seconds float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(seconds, 'g', 6, 64), 64)
	return r
}
