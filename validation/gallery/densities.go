package main

var densities = []figure{
	{"transient", "Relaxation in a double well", "A density starts in the left well and goes over the barrier (Fokker–Planck, adaptive steps). Particles at t = 2 are tested against the density. The divergence to the stationary density falls at the rate at which entropy is produced.", transient},
	{"plane", "A density in the plane", "A double well that turns: finite volumes for a full diffusion tensor, mass to rounding and nothing negative.", plane},
	{"spectrum", "Spectrum, committor, exit times", "The slowest observables of the double well, the probability to reach the right end first, and mean exit times beside Kramers' formula.", spectrum},
	{"planemodes", "Slow modes in the plane", "Three wells: two modes of one rate, but for what the grid makes of it, tell which well a path is in; the others forget faster. Colours from −1 to 1.", planemodes},
	{"noises", "One density for every noise", "The reverse equation of a diffusion with noise η g has the same densities whatever η: the probability flow (η = 0, on moving cells), the reverse SDE (η = 1) and more. Errors are those of the grid.", noises},
}
