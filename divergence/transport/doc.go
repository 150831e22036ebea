// Package transport measures the cost of moving one sample to another:
// Wasserstein distances on the line, sliced, by assignment, and with entropy.
// Between samples they are above those between their laws, in many dimensions far
// above; a Potential bounds W2 between the laws from below.
//
// Samples are rows of dim numbers; their sizes may differ. Distances come with
// the standard error of the dual potentials, and with a permutation p-value of
// "one law" where that is asked for. The former holds where the laws differ, the
// latter where they do not: near coincidence a distance is not normal. All random
// numbers are addressed by a seed, and results are the same bits for any number
// of processors.
package transport
