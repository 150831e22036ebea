package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

type likelihoodOptions struct {
	data, model, method, process, probeLaw, cells, out string
	onnx                                               onnxFlags

	rows, components, probes, draws, steps, nodes, workers int

	width, tol float64
	seed       uint64
	asJSON     bool
}

func likelihoodCommand() *cobra.Command {
	var o likelihoodOptions
	cmd := &cobra.Command{
		Use:   "likelihood",
		Short: "Log-likelihood of data under a model, by the probability flow or by evidence bounds",
		Long: `Likelihood prints what a model gives to data, in nats a row and in bits a
dimension, in the data's own units, term by term, with standard errors over rows.

--method flow integrates the probability flow with the exact trace of its Jacobian,
or with --probes random ones (Hutchinson), which are cheaper and have an error.
--method bound is the evidence bound in continuous time, --method steps that of a
chain of --steps denoising steps: lower bounds both.

Data in steps of --width, as the digits' 17 grey values, has a probability rather
than a density: the flow then adds noise within a cell, --cells normal (truncated, like
what the model has seen) or uniform, and names what that costs; the bounds decode to
the values themselves. Uniform noise is ruinous where a column hardly varies.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "digits", "digits, faithful, or a CSV, TSV or NPY file")
	f.IntVar(&o.rows, "rows", 100, "rows of the data, evenly spaced through it; 0: all")
	f.StringVar(&o.model, "model", "", "a network that ito train wrote, or mixture: one fitted to the data; default: the shipped network")
	f.IntVar(&o.components, "components", 0, "components of the mixture; 0: 20, or a component for 20 rows")
	o.onnx.add(cmd)
	f.StringVar(&o.method, "method", "flow", "flow, bound or steps; flow needs --probes for a network of --onnx")
	f.StringVar(&o.process, "process", "vp", "forward process")
	f.IntVar(&o.probes, "probes", 0, "of --method flow: Hutchinson's probes a row; 0: the exact trace")
	f.StringVar(&o.probeLaw, "probe-law", "signs", "of --probes: signs or normal")
	f.Float64Var(&o.tol, "tol", 1e-4, "of --method flow: tolerance of the solver's steps, relative and absolute")
	f.StringVar(&o.cells, "cells", "", "of --method flow: normal, uniform or none; default: normal with --width, else none")
	f.Float64Var(&o.width, "width", 0, "quantisation step of the data in its units; default: 1 for the digits, none for others; −1: none")
	f.IntVar(&o.draws, "draws", 1, "draws of a row's noise")
	f.IntVar(&o.steps, "steps", 1000, "of --method steps: steps")
	f.IntVar(&o.nodes, "nodes", 64, "of --method bound: nodes of the quadrature over noise levels")
	f.StringVar(&o.out, "out", "", "NPY file for the nats of each row")
	f.Uint64Var(&o.seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&o.workers, "workers", 0, "goroutines; 0: one a core")
	f.BoolVar(&o.asJSON, "json", false, "print JSON")
	return cmd
}

// only names the flags that belong to one method.
var onlyOf = map[string]string{
	"probes": "flow", "probe-law": "flow", "tol": "flow", "cells": "flow", "steps": "steps", "nodes": "bound",
}

func (o *likelihoodOptions) check(cmd *cobra.Command) error {
	for name, method := range onlyOf {
		if cmd.Flags().Changed(name) && o.method != method {
			return fmt.Errorf("--%s is for --method %s", name, method)
		}
	}
	if err := checkFile("out", o.out, ".npy"); err != nil {
		return err
	}
	switch {
	case o.rows < 0 || o.probes < 0 || o.draws < 1:
		return fmt.Errorf("--rows %d, --probes %d, --draws %d: want none negative and at least one draw", o.rows, o.probes, o.draws)
	case o.steps < 1 || o.nodes < 1:
		return fmt.Errorf("--steps %d, --nodes %d: want at least one", o.steps, o.nodes)
	case !(o.tol > 0) || o.tol >= 1:
		return fmt.Errorf("--tol %v: want it above 0 and below 1", o.tol)
	case o.probeLaw != "signs" && o.probeLaw != "normal":
		return fmt.Errorf("--probe-law %s: want signs or normal", o.probeLaw)
	case cmd.Flags().Changed("probe-law") && o.probes == 0:
		return errors.New("--probe-law is for --probes")
	case cmd.Flags().Changed("components") && o.model != mixtureModel:
		return errors.New("--components is for --model mixture")
	}
	return nil
}

func (o *likelihoodOptions) run(cmd *cobra.Command) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	p, err := sde.ByName(o.process)
	if err != nil {
		return err
	}
	set, err := dataset.Load(o.data)
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	m, err := o.source(cmd.Context(), set, bar)
	if err != nil {
		return err
	}
	r, err := o.measure(cmd.Context(), p, m, set, bar)
	bar.clear()
	if err != nil {
		return err
	}
	if err := r.print(cmd.OutOrStdout(), o.asJSON); err != nil || o.out == "" {
		return err
	}
	return atomicfile.Write(o.out, func(w io.Writer) error { return dataset.WriteNPY(w, r.rows, 1) })
}

// source returns the model, and expresses the set in its coordinates.
func (o *likelihoodOptions) source(ctx context.Context, set *dataset.Set, bar *progress) (score.Model, error) {
	if o.onnx.file != "" {
		if o.model != "" {
			return nil, errors.New("--onnx and --model: give one of them")
		}
		net, err := o.onnx.load()
		if err == nil && net.Dim() != set.Dim {
			err = fmt.Errorf("%s is for rows of %d numbers, %s has %d", o.onnx.file, net.Dim(), set.Name, set.Dim)
		}
		return net, err
	}
	if o.model == mixtureModel {
		return fitted(ctx, set, o.components, o.seed, o.workers, bar)
	}
	if o.model == "" && set.Name != "digits" {
		return nil, fmt.Errorf("there is no network for %s: give --model, of ito train --data %s, or --model mixture", set.Name, o.data)
	}
	net, err := loadModel(o.model)
	if err != nil {
		return nil, err
	}
	if net.Dim() != set.Dim {
		return nil, fmt.Errorf("the network is for rows of %d numbers, %s has %d", net.Dim(), set.Name, set.Dim)
	}
	frame, err := unframe(net)
	if err != nil {
		return nil, err
	}
	set.Reframe(frame.Shift, frame.Scale)
	return net, nil
}

// widths are those of the cells in working coordinates, nil for continuous data.
func (o *likelihoodOptions) widths(set *dataset.Set) ([]float64, error) {
	width := o.width
	switch {
	case width == 0 && set.Name == "digits":
		width = 1
	case width == 0 || width == -1:
		return nil, nil
	case !(width > 0) || math.IsInf(width, 1):
		return nil, fmt.Errorf("--width %v: want it positive, or −1 for continuous data", width)
	}
	w := make([]float64, set.Dim)
	for j, s := range set.Scale {
		w[j] = width / s
	}
	return w, nil
}

func (o *likelihoodOptions) measure(ctx context.Context, p sde.Process, m score.Model, set *dataset.Set, bar *progress) (*likelihoodReport, error) {
	x := set.X
	if o.rows > 0 {
		x = set.Spread(o.rows)
	}
	widths, err := o.widths(set)
	if err != nil {
		return nil, err
	}
	r := &likelihoodReport{Data: set.Name, Method: o.method, Count: len(x) / set.Dim, Dim: set.Dim, Quantised: widths != nil}
	if o.method == "flow" {
		err = o.flow(ctx, r, p, m, x, widths, bar)
	} else {
		err = o.bound(ctx, r, p, m, x, set, widths, bar)
	}
	if err != nil {
		return nil, err
	}
	if widths == nil {
		// The density of Shift + Scale·X is that of X over Π Scale.
		var units float64
		for _, s := range set.Scale {
			units -= math.Log(s)
		}
		for i := range r.rows {
			r.rows[i] += units
		}
		r.exact("units", units)
		if err := r.closed(m, x, units); err != nil {
			return nil, err
		}
	}
	return r, nil
}
