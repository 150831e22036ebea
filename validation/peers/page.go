package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

// versions says what was measured, and on what; packages are the distribution's.
func (b *builder) versions(ctx context.Context, packages ...string) (notes []string) {
	cpu := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.*)$`).FindSubmatch(info); m != nil {
			cpu = string(m[1])
		}
	}
	parts := []string{cpu, runtime.Version()}
	if gcc, err := command(ctx, "", nil, "g++", "-dumpfullversion"); err == nil {
		parts = append(parts, "g++ "+strings.TrimSpace(gcc)+" -O3 -march=native")
	}
	for _, p := range packages {
		if v, err := command(ctx, "", nil, "dpkg-query", "-W", "-f", "${Version}", p); err == nil && v != "" {
			parts = append(parts, p+" "+v)
		}
	}
	if _, err := exec.LookPath("taskset"); err != nil {
		notes = append(notes, "There was no taskset: nothing was pinned to a CPU.")
	}
	return append(notes, "Measured with "+strings.Join(parts, ", ")+".")
}

const introduction = `# Beside other solvers

Written by ` + "`go run ./validation/peers --write %s`" + `; ` + "`make bench-peers`" + ` prints the same. Every program
runs one thread on one CPU. A time is that of a whole solve: make the solver, integrate, free it; of
many it is the one that a twentieth of them beat, so that neither other processes nor the collection
of garbage shows. Each method runs at a list of tolerances; the time at an achieved error is interpolated,
log against log, between the points of its front of error and time, and the method that is best
there stands for its library. Errors are those of the end point against reference solutions:
the relative 2-norm for the non-stiff problems, the largest relative error of a component for the
stiff ones, which everybody solves with the analytic Jacobian. "fortran" is DOPRI5, DOP853, VODE and
LSODA as SciPy ships them. SciPy calls right-hand sides in Python, gosl and ito call Go functions, the
others C++ ones, which odeint has inlined and the compiler makes into vector instructions: where the
right-hand side is dear (pleiades, bruss100), the last table tells how much of a ratio it is.

`

// publish prints the tables, and writes the page where one is asked for.
func publish(out io.Writer, o options, lines []measure.Line, notes []string) error {
	if err := report(out, tables.Plain, raced(), lines); err != nil {
		return err
	}
	for _, n := range notes {
		if _, err := fmt.Fprintf(out, "\n%s\n", n); err != nil {
			return err
		}
	}
	if o.write == "" {
		return nil
	}
	var page strings.Builder
	fmt.Fprintf(&page, introduction, o.write)
	if err := report(&page, tables.Markdown, raced(), lines); err != nil {
		return err
	}
	for _, n := range notes {
		fmt.Fprintf(&page, "\n%s\n", n)
	}
	return os.WriteFile(o.write, []byte(page.String()), 0o644)
}
