// Command networks measures ito's networks, in Go, beside the same ones in PyTorch and
// in ONNX Runtime: inference of a batch and a step of training, on one thread and one
// CPU. PyTorch loads the weights that ito wrote, exports them to ONNX, and must give
// ito's answer; ONNX Runtime runs the export, by its own binding for JavaScript and,
// built with the tag onnx, by score/onnx. The peers take turns, and the least time of
// all rounds counts.
//
//	go run [-tags onnx] ./validation/peers/networks [--cpu N] [--rounds N] [--budget S] [--write FILE]
//
// It needs a Python with PyTorch and the package onnx (Debian: python3-torch and
// python3-onnx), and node and npm; it goes on without either.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

type options struct {
	cpu, rounds         int
	budget              float64
	python, node, write string
}

func main() {
	if len(os.Args) == 5 && os.Args[1] == "--driver" { // the subprocess that is pinned and measured
		measure.Alone()
		exit(driver(os.Args[2], os.Args[3], os.Args[4]))
		return
	}
	var o options
	flag.IntVar(&o.cpu, "cpu", 0, "CPU to run on")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds over the peers; the least time counts")
	flag.Float64Var(&o.budget, "budget", 0.5, "seconds for one measurement in a round")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with PyTorch and onnx")
	flag.StringVar(&o.node, "node", "", "path of the JavaScript module onnxruntime-node; default: fetched by npm into the user's cache")
	flag.StringVar(&o.write, "write", "", "also write the table as Markdown to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(run(ctx, o, os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "networks:", err)
		os.Exit(1)
	}
}

func driver(name, folder, budget string) error {
	seconds, err := strconv.ParseFloat(budget, 64)
	if err != nil {
		return err
	}
	for _, s := range specs() {
		if s.Name == name {
			return s.drive(folder, seconds, os.Stdout)
		}
	}
	return fmt.Errorf("no network %q", name)
}

const introduction = `# Networks, beside PyTorch and ONNX Runtime

Written by ` + "`go run -tags onnx ./validation/peers/networks --write %s`" + `. One thread, one CPU, float32;
milliseconds for a batch of inference and for a step of training (noise, loss, gradient, clipping,
AdamW, moving average), each the time that a twentieth of the runs beat, the least of all rounds.
PyTorch runs ito's own weights; its export is what ONNX Runtime runs, by its binding for JavaScript,
and by score/onnx from rows to denoised rows. The last column is how far PyTorch's answer is from
ito's, relative to the largest number.

`

// peer is a program and the name of what it measures.
type peer struct {
	name string
	argv func(s *spec, folder string) []string
}

type key struct{ peer, task string }

func run(ctx context.Context, o options, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/ito-sde/ito/validation/peers/networks").Output()
	if err != nil {
		return fmt.Errorf("run this inside the project: %w", err)
	}
	sources := filepath.Join(strings.TrimSpace(string(dir)), "drivers")
	var peers []peer
	have := func(name string, argv ...string) bool {
		text, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
		if err != nil {
			fmt.Fprintf(os.Stderr, "networks: %s is left out: %v: %.300s\n", name, err, text)
		}
		return err == nil
	}
	torch := have("PyTorch", o.python, "-c", "import torch, onnx")
	if torch {
		peers = append(peers, peer{"torch", func(_ *spec, folder string) []string {
			return []string{o.python, filepath.Join(sources, "torch_driver.py"), folder}
		}})
	}
	if torch && o.node == "" {
		if o.node, err = fetch(ctx); err != nil {
			fmt.Fprintf(os.Stderr, "networks: ONNX Runtime is left out: %v\n", err)
		}
	}
	if torch && o.node != "" && have("ONNX Runtime", "node", "-e", "require("+strconv.Quote(o.node)+")") {
		library(o.node)
		peers = append(peers, peer{"onnxruntime", func(_ *spec, folder string) []string {
			return []string{"node", filepath.Join(sources, "onnxruntime_driver.cjs"), o.node, folder}
		}})
	}
	peers = append(peers, peer{"ito", func(s *spec, folder string) []string { return []string{self, "--driver", s.Name, folder} }})
	rows := [][]string{{"network", "task", "rows", "ito, ms", "torch, ms", "ONNX Runtime, ms", "score/onnx, ms", "ito/torch", "score/onnx/ONNX Runtime", "ito to torch"}}
	for _, s := range specs() {
		got, err := measured(ctx, o, &s, peers)
		if err != nil {
			return err
		}
		rows = append(rows, got...)
	}
	return tables.Report(out, o.write, introduction, rows)
}

// fetch installs ONNX Runtime's JavaScript module once, and returns its folder.
func fetch(ctx context.Context) (string, error) {
	const version = "onnxruntime-node@1.30.0"
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, "ito", version)
	module := filepath.Join(home, "node_modules", "onnxruntime-node")
	if _, err := os.Stat(filepath.Join(module, "package.json")); err == nil {
		return module, nil
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", err
	}
	// Without scripts: those fetch a GPU's libraries.
	text, err := exec.CommandContext(ctx, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home, version).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install %s: %w: %.300s", version, err, text)
	}
	return module, nil
}

// library gives score/onnx the shared library in the module, where nothing else is
// named.
func library(module string) {
	const name = "ITO_ONNXRUNTIME"
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	path := filepath.Join(module, "bin", "napi-v6", runtime.GOOS, arch, "libonnxruntime.so.1")
	if _, err := os.Stat(path); err == nil && os.Getenv(name) == "" {
		_ = os.Setenv(name, path) // a name without NUL or =
	}
}

// measured runs all peers on a network and makes its two lines of the table.
func measured(ctx context.Context, o options, s *spec, peers []peer) ([][]string, error) {
	folder, err := os.MkdirTemp("", "ito-networks-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := s.write(folder); err != nil {
		return nil, err
	}
	all := map[key]float64{}
	for range o.rounds {
		for _, p := range peers {
			if err := p.measure(ctx, o, s, folder, all); err != nil {
				return nil, err
			}
		}
	}
	far := "–"
	if _, ok := all[key{"torch", "inference"}]; ok {
		d, err := apart(filepath.Join(folder, "ito.f32"), filepath.Join(folder, "torch.f32"))
		if err != nil {
			return nil, err
		}
		if !(d < 1e-3) { // rounding of float32 through a dozen layers is 1e-5
			return nil, fmt.Errorf("%s: torch's answer is %.3g away from ito's", s.Name, d)
		}
		far = fmt.Sprintf("%.0e", d)
	}
	ms := func(k key) string {
		if v, ok := all[k]; ok {
			return fmt.Sprintf("%.2f", v*1e3)
		}
		return "–"
	}
	ratio := func(a, b key) string {
		if all[a] == 0 || all[b] == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", all[a]/all[b])
	}
	in, train := "inference", "training"
	return [][]string{
		{s.Name, in, strconv.Itoa(s.Rows), ms(key{"ito", in}), ms(key{"torch", in}), ms(key{"onnxruntime", in}), ms(key{"ito", "binding"}),
			ratio(key{"ito", in}, key{"torch", in}), ratio(key{"ito", "binding"}, key{"onnxruntime", in}), far},
		{s.Name, train, strconv.Itoa(s.Train), ms(key{"ito", train}), ms(key{"torch", train}), "–", "–", ratio(key{"ito", train}, key{"torch", train}), "–", "–"},
	}, nil
}

// measure runs a driver once and keeps what is less than before.
func (p peer) measure(ctx context.Context, o options, s *spec, folder string, all map[key]float64) error {
	argv := append(p.argv(s, folder), fmt.Sprint(o.budget))
	if path, err := exec.LookPath("taskset"); err == nil {
		argv = append([]string{path, "-c", fmt.Sprint(o.cpu)}, argv...)
	}
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "GOMAXPROCS=1", "PYTHONDONTWRITEBYTECODE=1")
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", p.name, err, complaints.String())
	}
	for line := range strings.Lines(string(out)) {
		k, v := key{peer: p.name}, 0.0
		if _, err := fmt.Sscan(line, &k.task, &v); err != nil {
			return fmt.Errorf("%s: %q: %w", p.name, line, err)
		}
		if old, ok := all[k]; !ok || v < old {
			all[k] = v
		}
	}
	return nil
}
