// Command peers measures ito's ODE methods beside those of GSL, Boost odeint,
// SUNDIALS, SciPy, the Fortran codes inside SciPy, and gosl: one thread, one CPU,
// the classical problems, and the time each needs to achieve an error. With
// --ensembles it measures SDE ensembles beside C++ loops, NumPy and torch. It
// installs what it can, builds what it needs and goes on without the rest.
//
//	go run ./validation/peers [--ensembles] [--quick] [--filter S] [--cpu N] [--keep DIR] [--write FILE]
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

type options struct {
	filter, peers, keep, python, raw, from, write string
	cpu, rounds                                   int
	budget                                        float64
	quick, reference, ensembles                   bool
}

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "--driver" || os.Args[1] == "--simulate") { // the subprocess that is measured
		do := simulate
		if os.Args[1] == "--driver" {
			measure.Alone()
			do = drive
		}
		if err := do(os.Args[2:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.filter, "filter", "", "measure only where problem/peer/method contains this")
	flag.StringVar(&o.peers, "peers", "", "comma-separated drivers to run (default all): "+names(drivers)+"; with --ensembles: "+names(simulators))
	flag.BoolVar(&o.ensembles, "ensembles", false, "measure SDE ensembles in place of ODE methods")
	flag.IntVar(&o.cpu, "cpu", 0, "CPU to run on")
	flag.IntVar(&o.rounds, "rounds", 2, "rounds over the compiled peers; the lesser time counts")
	flag.Float64Var(&o.budget, "budget", 0.06, "seconds for one measurement in a round")
	flag.BoolVar(&o.quick, "quick", false, "fewer tolerances, one round")
	flag.StringVar(&o.keep, "keep", "", "folder to build in and keep (default a temporary one)")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with SciPy: the distribution's")
	flag.StringVar(&o.raw, "raw", "", "file for the JSON lines (default in the user's cache)")
	flag.StringVar(&o.from, "from", "", "file with the JSON lines of an earlier run: all of them, or only those of other than the --peers, which are measured anew")
	flag.StringVar(&o.write, "write", "", "also write a Markdown page to this file")
	flag.BoolVar(&o.reference, "reference", false, "only compute the reference solutions in quad precision and compare them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	what := run
	if o.ensembles {
		what = runEnsembles
	}
	if err := what(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "peers: "+format+"\n", args...) }

func run(ctx context.Context, o options, out io.Writer) error {
	var earlier []measure.Line
	if o.from != "" {
		data, err := os.ReadFile(o.from)
		if err != nil {
			return err
		}
		if earlier, err = readLines(bytes.NewReader(data)); err != nil {
			return fmt.Errorf("peers: %s: %w", o.from, err)
		}
		if o.peers == "" {
			return publish(out, o, earlier, nil)
		}
	}
	b, err := newBuilder(ctx, o)
	if err != nil {
		return err
	}
	if o.keep == "" {
		defer func() { _ = os.RemoveAll(b.folder) }()
	}
	if o.reference {
		return reference(ctx, b, out)
	}
	ready, left := prepare(ctx, b, drivers, o)
	if o.raw == "" {
		o.raw = filepath.Join(b.cache, "lines.jsonl")
	}
	raw, err := os.Create(o.raw)
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }() // again, where it ends early
	begin := time.Now()
	lines, err := measureAll(ctx, ready, o, raw)
	if err := errors.Join(err, raw.Close()); err != nil {
		return err
	}
	say("%d lines in %v, in %s", len(lines), time.Since(begin).Round(time.Second), o.raw)
	if o.from != "" {
		anew := strings.Split(o.peers, ",")
		earlier = slices.DeleteFunc(earlier, func(l measure.Line) bool { return slices.Contains(anew, l.Peer) })
		left = append(left, fmt.Sprintf("Measured anew: %s; the others in an earlier run.", strings.Join(anew, ", ")))
	}
	return publish(out, o, append(earlier, lines...), append(left, b.versions(ctx, "libgsl-dev", "libboost-dev", "libsundials-dev", "python3-scipy")...))
}

func newBuilder(ctx context.Context, o options) (*builder, error) {
	b := &builder{folder: o.keep, say: say}
	sources, err := command(ctx, "", nil, "go", "list", "-f", "{{.Dir}}", "github.com/ito-sde/ito/validation/peers")
	if err != nil {
		return nil, fmt.Errorf("peers: run this inside the project: %w", err)
	}
	b.sources = strings.TrimSpace(sources)
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	b.cache = filepath.Join(cache, "ito-peers")
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return nil, err
	}
	if b.folder == "" {
		b.folder, err = os.MkdirTemp("", "ito-peers-")
		return b, err
	}
	if b.folder, err = filepath.Abs(b.folder); err != nil {
		return nil, err
	}
	return b, os.MkdirAll(b.folder, 0o755)
}

// measureAll runs every driver on every problem, the drivers in turn on each
// problem so that what slows the machine for a while slows all of them.
func measureAll(ctx context.Context, ready []program, o options, raw io.Writer) ([]measure.Line, error) {
	var all []measure.Line
	for _, p := range raced() {
		rounds := o.rounds
		if o.quick {
			rounds = 1
		}
		for round := range rounds {
			for _, d := range ready {
				if round > 0 && d.slow {
					continue
				}
				lines, err := d.run(ctx, p, o)
				if ctx.Err() != nil {
					return all, ctx.Err()
				}
				if err != nil {
					say("%s on %s: %v", d.name, p.Name, err)
				}
				if err := writeLines(raw, lines); err != nil {
					return all, err
				}
				all = append(all, lines...)
			}
		}
		say("%s done", p.Name)
	}
	return all, nil
}

// pin puts a command on one CPU where the system has taskset.
func pin(ctx context.Context, cpu int, argv ...string) *exec.Cmd {
	if path, err := exec.LookPath("taskset"); err == nil {
		argv = append([]string{path, "-c", fmt.Sprint(cpu)}, argv...)
	}
	return plainCommand(ctx, argv...)
}

func plainCommand(ctx context.Context, argv ...string) *exec.Cmd {
	return exec.CommandContext(ctx, argv[0], argv[1:]...)
}
