// Package noise gives random numbers an address. Every normal number is a pure
// function of (seed, use, row, step, stage, coordinate), so that results are
// the same bits for any batch size, chunking, worker count or machine count.
//
// Gaussian is the Source that everything defaults to; Stream the sequence of random
// numbers under it, for uniform numbers and indices; Tree, PathTree and Grid are
// Brownian paths, Functionals what methods ask of a path's step; Antithetic, Matched,
// Sobol and Bridged are for smaller errors of means, Zero, Impulse and Signs for tests
// and probes. Except for Sobol's the numbers are made without logarithms, exponentials
// or fused multiply-adds, whose last bits differ between builds, so that an address
// has the same bits on every architecture.
package noise

// BlockRows is the number of consecutive rows that share one sequential
// stream. Row r of a batch lies in block r/BlockRows; asking for rows from the
// middle of a block draws and drops the rows before them.
const BlockRows = 64

// Address names the noise of one stage of one step for the rows from Row on.
type Address struct {
	Seed  uint64 // the run
	Use   Use    // what the numbers are for
	Row   uint64 // the first row
	Step  uint64
	Stage uint64
}

// Use separates the streams of unrelated consumers of one seed.
type Use uint64

// The uses of this module. New ones are appended; the numbers are part of the
// bits that a seed promises.
const (
	Prior   Use = 1 + iota // the sampler's start
	Sampler                // noise inside a sampler's steps
	Path                   // Brownian increments of SDE paths
	Bridge                 // Brownian tree
	Data                   // forward noising, data subsampling
	Train                  // training batches, levels and noise
	Init                   // network and mixture initialisation
	Probe                  // Hutchinson probes, random directions
	Test
	Jump // times and marks of jumps
)

// Source fills dst with standard normal numbers, dim per row, row-major, the
// first row being at.Row. It is safe for concurrent calls and allocates
// nothing. Tests put sources of their own here, for example a unit impulse.
type Source interface {
	Normal(dst []float64, dim int, at Address)
}
