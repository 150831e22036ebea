package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/problems"
)

// driver is a program that measures one library.
type driver struct {
	name     string
	packages []string // of the distribution
	// slow drivers never have the least time: they run in one round only, and at
	// every third tolerance.
	slow bool
	// free drivers are not pinned to a CPU.
	free  bool
	build func(ctx context.Context, b *builder, python string) (argv, env []string, err error)
}

// program is a driver that was built.
type program struct {
	driver
	argv, env []string
}

// drivers lists everybody. A driver that cannot be built is left out.
var drivers = []driver{
	{name: "cpp", packages: []string{"g++"}, build: cpp("rhs")},
	{name: "gsl", packages: []string{"g++", "libgsl-dev"}, build: cpp("gsl", "-lgsl", "-lgslcblas")},
	{name: "odeint", packages: []string{"g++", "libboost-dev"}, build: cpp("odeint", "-DNDEBUG", "-DBOOST_UBLAS_NDEBUG")},
	{name: "sundials", packages: []string{"g++", "cmake", "dpkg-dev", "libsundials-dev"}, build: sundials},
	{name: "fortran", packages: []string{"g++", "python3-numpy", "python3-scipy"}, build: fortran},
	{name: "scipy", packages: []string{"python3-numpy", "python3-scipy"}, slow: true, build: scipy},
	{name: "gosl", packages: []string{"gfortran", "libopenblas-dev", "libsuitesparse-dev", "libmumps-seq-dev", "liblapacke-dev", "libfftw3-dev", "libmetis-dev"},
		slow: true, build: func(ctx context.Context, b *builder, _ string) ([]string, []string, error) {
			path, err := b.gosl(ctx)
			return []string{path}, nil, err
		}},
	{name: ito, build: func(context.Context, *builder, string) ([]string, []string, error) {
		self, err := os.Executable()
		return []string{self, "--driver"}, nil, err
	}},
}

func names(drivers []driver) string {
	n := make([]string, len(drivers))
	for i, d := range drivers {
		n[i] = d.name
	}
	return strings.Join(n, " ")
}

func cpp(name string, flags ...string) func(context.Context, *builder, string) ([]string, []string, error) {
	return func(ctx context.Context, b *builder, _ string) ([]string, []string, error) {
		path, err := b.compile(ctx, name, name+".cpp", flags...)
		return []string{path}, nil, err
	}
}

// sundials goes under another name where it is the distribution's, which is
// compiled without optimisation.
func sundials(ctx context.Context, b *builder, _ string) ([]string, []string, error) {
	var flags []string
	name := "sundials"
	home, err := b.sundials(ctx)
	if err == nil {
		flags = []string{"-I" + filepath.Join(home, "include"), "-L" + filepath.Join(home, "lib")}
	} else {
		b.say("SUNDIALS not rebuilt, the packaged one is used: %v", err)
		name = "sundials-packaged"
	}
	flags = append(flags, fmt.Sprintf("-DPEER=%q", name))
	for _, lib := range []string{"cvode", "arkode", "nvecserial", "sunmatrixdense", "sunmatrixband", "sunlinsoldense", "sunlinsolband", "sunnonlinsolfixedpoint"} {
		flags = append(flags, "-lsundials_"+lib)
	}
	path, err := b.compile(ctx, name, "sundials.cpp", append(flags, "-lm")...)
	return []string{path}, nil, err
}

func fortran(ctx context.Context, b *builder, python string) ([]string, []string, error) {
	if _, err := command(ctx, "", nil, python, "-c", "from scipy.integrate import _dop, _lsoda, _vode"); err != nil {
		return nil, nil, err
	}
	lib, err := b.compile(ctx, "capsules.so", "capsules.cpp", "-shared", "-fPIC")
	return []string{python, filepath.Join(b.sources, "drivers", "fortran_driver.py")}, []string{"PEERS_CAPSULES=" + lib}, err
}

func scipy(ctx context.Context, b *builder, python string) ([]string, []string, error) {
	_, err := command(ctx, "", nil, python, "-c", "import scipy.integrate")
	return []string{python, filepath.Join(b.sources, "drivers", "scipy_driver.py")}, nil, err
}

// prepare installs and builds the drivers asked for, and tells of those left out.
func prepare(ctx context.Context, b *builder, drivers []driver, o options) (ready []program, left []string) {
	var wanted []driver
	var packages []string
	for _, d := range drivers {
		if o.peers == "" || slices.Contains(strings.Split(o.peers, ","), d.name) {
			wanted = append(wanted, d)
			packages = append(packages, d.packages...)
		}
	}
	slices.Sort(packages)
	b.install(ctx, slices.Compact(packages))
	programs, errs := make([]program, len(wanted)), make([]error, len(wanted))
	var g errgroup.Group
	g.SetLimit(2)
	for i, d := range wanted {
		g.Go(func() error {
			programs[i].driver = d
			programs[i].argv, programs[i].env, errs[i] = d.build(ctx, b, o.python)
			return nil
		})
	}
	_ = g.Wait() // every error is in errs
	for i, p := range programs {
		if errs[i] != nil {
			left = append(left, fmt.Sprintf("Left out: %s (%v).", p.name, errs[i]))
			say("%s is left out: %v", p.name, errs[i])
			continue
		}
		ready = append(ready, p)
	}
	return ready, left
}

// tolerances are the relative tolerances to measure at.
func tolerances(stiff, quick, slow bool) (list []float64) {
	last, step := 14, 1
	if stiff {
		last = 13
	}
	if quick {
		step = 2
	}
	if slow {
		step = 3
	}
	for k := 3; k <= last; k += step {
		list = append(list, math.Pow10(-k))
	}
	return list
}

// run measures a problem and returns what the driver printed, with the error of
// every end point and without the end point itself.
func (d *program) run(ctx context.Context, p problems.Problem, o options) ([]measure.Line, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	m := measure.Driver{Problem: p.Name, Filter: o.filter, Budget: o.budget, AbsScale: p.AbsScale, Tolerances: tolerances(p.Stiff, o.quick, d.slow)}
	c := pin(ctx, o.cpu, append(slices.Clone(d.argv), m.Args()...)...)
	c.Env = append(append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "GOMAXPROCS=1", "PYTHONDONTWRITEBYTECODE=1"), d.env...)
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	failed := c.Run()
	if failed != nil {
		failed = fmt.Errorf("%w: %s", failed, telling(complaints.String()))
	}
	lines, err := readLines(&out)
	for i := range lines {
		if l := &lines[i]; len(l.Y) == len(p.Y0) {
			e := p.Error(l.Y)
			l.Error = &e
		} else if l.Y != nil {
			l.Failed = fmt.Sprintf("an end point of %d numbers, want %d", len(l.Y), len(p.Y0))
		}
		lines[i].Y = nil
	}
	if failed == nil {
		failed = err
	}
	return lines, failed
}
