package main

var sampling = []figure{
	{"trajectories", "Paths of samplers", "From noise (below) to data (above): the densities p_t of a variance-preserving process with two modes, and paths of the reverse SDE (DDPM) and of the probability flow (DDIM) from the same starts.", trajectories},
	{"scorefield", "A score field", "∇ ln p_t of data with six modes at three times of the process: arrows point where the density rises.", scorefield},
	{"exact", "Exact errors of samplers", "On a Gaussian target a sampler's step is affine, so that the law of its samples, and its W2 to the target, is known without sampling. Slopes are orders, down to the error of starting from N(0, I).", exactly},
	{"tuned", "Tuned time grids", "The steps of a sampler, chosen so that its exact error is least for a number of evaluations, against the best of the usual grids.", tuned},
}
