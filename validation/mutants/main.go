// Command mutants measures how many errors the ladder would catch: it breaks
// every rule of score/sampler in one place after another (a sign, a factor, an
// α for a σ, a level for the other) and counts the broken copies that still
// pass. Run it as
//
//	go run ./validation/mutants [sampler ...]
//
// in the module's root. The sources stay as they are: the broken copies live in
// one overlay build, in which every place asks whether it is the one to break.
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

//go:embed runner.txt
var runner []byte

//go:embed choices.txt
var choices []byte

// whole are the files of score/sampler without a formula of a step.
var whole = map[string]bool{"adaptive.go": true, "catalogue.go": true, "doc.go": true, "grid.go": true,
	"parallel.go": true, "rule.go": true, "sample.go": true, "spacing.go": true, "timesteps.go": true}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	overlay := map[string]string{}
	put := func(path string, content []byte) error {
		file := filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
		overlay[filepath.Join(root, path)] = file
		return os.WriteFile(file, content, 0o666)
	}
	files, err := filepath.Glob("score/sampler/*.go")
	if err != nil {
		return err
	}
	var m mutator
	for _, f := range files {
		if whole[filepath.Base(f)] || strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := m.file(f)
		if err != nil {
			return err
		}
		if err := put(f, src); err != nil {
			return err
		}
	}
	if len(m.places) == 0 {
		return fmt.Errorf("no score/sampler here; run it in the module's root")
	}
	list, err := json.Marshal(m.places)
	if err != nil {
		return err
	}
	if err := put("score/sampler/mutants.go", choices); err != nil {
		return err
	}
	if err := put("validation/mutants/runner/main.go", runner); err != nil {
		return err
	}
	if err := put("validation/mutants/runner/places.json", list); err != nil {
		return err
	}
	replace, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return err
	}
	config, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "runner")
	if err := os.WriteFile(config, replace, 0o666); err != nil {
		return err
	}
	if err := command("go", "build", "-overlay", config, "-o", program, "./validation/mutants/runner"); err != nil {
		return err
	}
	return climb(os.Stdout, program, filepath.Join(dir, "validation_mutants_runner_places.json"), args)
}

// climb shares the places among as many programs as there are processors, since
// what is broken is a variable of the program.
func climb(w io.Writer, program, places string, names []string) error {
	n := runtime.NumCPU()
	var mutex sync.Mutex
	var sum tally
	var g errgroup.Group
	for i := range n {
		g.Go(func() error {
			c := exec.Command(program, append([]string{places, strconv.Itoa(i), strconv.Itoa(n)}, names...)...)
			c.Stderr = os.Stderr
			out, err := c.StdoutPipe()
			if err != nil {
				return err
			}
			if err := c.Start(); err != nil {
				return err
			}
			for lines := bufio.NewScanner(out); lines.Scan(); {
				mutex.Lock()
				sum.line(w, lines.Text())
				mutex.Unlock()
			}
			return c.Wait()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d of %d mutants caught (%.1f%%); %d places not reached\n",
		sum.Caught, sum.Reached, 100*float64(sum.Caught)/float64(max(sum.Reached, 1)), sum.Places-sum.Reached)
	return err
}

// tally adds up the last lines of the programs; their others are survivors.
type tally struct{ Caught, Reached, Places int }

func (t *tally) line(w io.Writer, text string) {
	var one tally
	if json.Unmarshal([]byte(text), &one) != nil {
		_, _ = fmt.Fprintln(w, text)
		return
	}
	t.Caught, t.Reached, t.Places = t.Caught+one.Caught, t.Reached+one.Reached, t.Places+one.Places
}

func command(name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}
