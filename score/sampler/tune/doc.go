// Package tune finds the time grid on which a given sampler errs least for given
// data and a given number of model evaluations.
//
// A grid is sought by the logarithms of its increments in λ = ln(α/σ), so that
// any numbers make a grid that falls strictly. What is made small is an
// [Objective]: the exact W2 or KL of the sampler's output law on the Gaussian
// with the data's mean and covariance, computed without Monte Carlo in tens of
// microseconds; or, on any model, the distance between the sampler's paths and
// those of the flow; or the Fréchet distance of samples to data. The search is by
// the simplex, and by slopes where the objective is made of residuals. What a grid
// does to W2 between laws that have no closed form, [Paths.Bounds] encloses.
//
// A grid with as many free numbers as a small spectrum has directions can fit it
// beyond what carries over to real data. Three things stand against that: the
// objective is never weighed more finely than roughness of the grid, several
// starts are made, and their ends are judged by a second objective of the
// caller's, such as the paths of a mixture or of the network itself.
package tune
