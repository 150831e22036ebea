package main

var distances = []figure{
	{"samples", "Distances between samples", "Two samples of a thousand, of N(0, 1) and N(δ, 1): estimates (points, ±2 standard errors) and closed forms (lines). Nearest neighbours fall short where few points of one sample reach the other.", samples},
	{"couplings", "Transport plans, geodesics, barycentres", "The exact assignment between two samples; a geodesic of Gaussians; the W2 barycentre of three of them, drawn at two standard deviations.", couplings},
	{"mixtures", "KL between mixtures", "No closed form is known between mixtures: bounds of a variational kind and the mean over samples, as two mixtures move apart.", mixtures},
	{"flows", "Gradient flows of particles", "Particles descend KL to a mixture by Stein's direction, and to a Gaussian by the Wasserstein gradient flow, whose moments are known.", flows},
}
