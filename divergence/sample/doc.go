// Package sample estimates how far apart two laws are, and how much one variable
// says about another, from samples alone: the energy distance and the maximum mean
// discrepancy, entropy, Kullback–Leibler divergence and mutual information by
// nearest neighbours, densities by kernels, and the divergences of histograms.
//
// Samples are rows of dim numbers; their sizes may differ. Every estimate has a
// standard error, and where the hypothesis is "one law" or "no dependence" a
// permutation p-value if that is asked for. Pairs are visited block by block, so
// that memory stays linear in the rows. All random numbers are addressed by a seed;
// results are the same bits for any number of processors.
package sample
