// Command gaussians measures ito's closed-form divergences beside the same formulas
// through LAPACK: OpenBLAS called from C++, and SciPy. One thread, one CPU, from means
// and covariances to the number; the peers take turns, and the least time of all
// rounds counts.
//
//	go run ./validation/peers/gaussians [--cpu N] [--rounds N] [--budget S] [--write FILE]
//
// It needs g++ and libopenblas-dev, and a Python with SciPy; it goes on without either.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

var (
	sizes = []int{10, 100, 500}
	names = []string{"kl", "bhattacharyya", "w2-squared", "kl-near", "bhattacharyya-near", "w2-squared-near"}
)

type options struct {
	cpu, rounds   int
	budget        float64
	python, write string
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "--driver" { // the subprocess that is pinned and measured
		measure.Alone()
		budget, err := strconv.ParseFloat(os.Args[2], 64)
		if err == nil {
			err = drive(os.Stdout, budget)
		}
		exit(err)
		return
	}
	var o options
	flag.IntVar(&o.cpu, "cpu", 0, "CPU to run on")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds over the peers; the least time counts")
	flag.Float64Var(&o.budget, "budget", 0.2, "seconds for one measurement in a round")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with SciPy")
	flag.StringVar(&o.write, "write", "", "also write the table as Markdown to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(run(ctx, o, os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gaussians:", err)
		os.Exit(1)
	}
}

const introduction = `# Divergences between Gaussians, beside LAPACK

Written by ` + "`go run ./validation/peers/gaussians --write %s`" + `. From two means and two covariances
to the number, factorisations included, on one thread; the peers take turns. ito copies its arguments,
checks that they are finite, symmetric and positive definite, and bounds condition numbers;
OpenBLAS called from C++ and SciPy (with check_finite=False) do the textbook formulas and nothing else.
Times are those that a twentieth of the runs beat. The last column is how far the numbers are
apart: for Gaussians that are near each other (covariances equal to six digits) the textbook
formulas keep two to four digits, and ito takes others that keep theirs.

`

// key is what is measured of whom.
type key struct {
	peer, name string
	n          int
}

type result struct{ seconds, value float64 }

func run(ctx context.Context, o options, out io.Writer) error {
	folder, err := os.MkdirTemp("", "ito-gaussians-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	peers, err := programs(ctx, folder, o.python)
	if err != nil {
		return err
	}
	all := map[key]result{}
	for range o.rounds {
		for _, p := range peers {
			if err := p.measure(ctx, o, all); err != nil {
				return err
			}
		}
	}
	var labels []string
	for _, p := range peers {
		labels = append(labels, p.name)
	}
	rows := table(labels, all)
	return tables.Report(out, o.write, introduction, rows)
}

// program is a driver.
type program struct {
	name string
	argv []string
}

// programs builds the drivers; ito's is this program.
func programs(ctx context.Context, folder, python string) ([]program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/ito-sde/ito/validation/peers/gaussians").Output()
	if err != nil {
		return nil, fmt.Errorf("run this inside the project: %w", err)
	}
	sources := filepath.Join(strings.TrimSpace(string(dir)), "drivers")
	all := []program{{"ito", []string{self, "--driver"}}}
	built := filepath.Join(folder, "openblas")
	if text, err := exec.CommandContext(ctx, "g++", "-O3", "-march=native", "-o", built, filepath.Join(sources, "openblas.cpp"), "-lopenblas").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "gaussians: OpenBLAS is left out: %v: %.300s\n", err, text)
	} else {
		all = append(all, program{"openblas", []string{built}})
	}
	if text, err := exec.CommandContext(ctx, python, "-c", "import scipy.linalg").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "gaussians: SciPy is left out: %v: %.300s\n", err, text)
	} else {
		all = append(all, program{"scipy", []string{python, filepath.Join(sources, "scipy_driver.py")}})
	}
	return all, nil
}

// measure runs a driver once and keeps what is less than before.
func (p program) measure(ctx context.Context, o options, all map[key]result) error {
	argv := append(append([]string(nil), p.argv...), fmt.Sprint(o.budget))
	if path, err := exec.LookPath("taskset"); err == nil {
		argv = append([]string{path, "-c", fmt.Sprint(o.cpu)}, argv...)
	}
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "GOMAXPROCS=1", "PYTHONDONTWRITEBYTECODE=1")
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", p.name, err, complaints.String())
	}
	for line := range strings.Lines(string(out)) {
		k, r := key{peer: p.name}, result{}
		if _, err := fmt.Sscan(line, &k.name, &k.n, &r.seconds, &r.value); err != nil {
			return fmt.Errorf("%s: %q: %w", p.name, line, err)
		}
		if old, ok := all[k]; !ok || r.seconds < old.seconds {
			all[k] = r
		}
	}
	return nil
}

// table has a row for every divergence and size: the times in µs, ito's over each
// peer's, and how far the peers' numbers are from ito's.
func table(peers []string, all map[key]result) [][]string {
	header := []string{"divergence", "n"}
	for _, p := range peers {
		header = append(header, p+", µs")
	}
	for _, p := range peers[1:] {
		header = append(header, peers[0]+"/"+p)
	}
	rows := [][]string{append(header, "largest difference")}
	for _, name := range names {
		for _, n := range sizes {
			mine := all[key{peers[0], name, n}]
			row := []string{name, strconv.Itoa(n)}
			var ratios []string
			var far float64
			for i, p := range peers {
				r := all[key{p, name, n}]
				row = append(row, fmt.Sprintf("%.4g", r.seconds*1e6))
				if i > 0 {
					ratios = append(ratios, fmt.Sprintf("%.2f", mine.seconds/r.seconds))
					far = max(far, math.Abs(r.value/mine.value-1))
				}
			}
			rows = append(rows, append(append(row, ratios...), fmt.Sprintf("%.1e", far)))
		}
	}
	return rows
}
