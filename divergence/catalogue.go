package divergence

// Entry names a distance between Gaussians.
type Entry struct {
	Name string
	Func func(p, q *Gaussian) (float64, error)
	Doc  string
}

// Catalogue returns every distance between Gaussians of this package, in the
// order of the documentation.
func Catalogue() []Entry {
	return []Entry{
		{"kl", KL, "Kullback–Leibler KL(p‖q) in nats: what coding p with q costs"},
		{"reverse-kl", func(p, q *Gaussian) (float64, error) { return KL(q, p) }, "Kullback–Leibler KL(q‖p) in nats"},
		{"jeffreys", Jeffreys, "KL(p‖q) + KL(q‖p)"},
		{"bhattacharyya", Bhattacharyya, "−ln of the overlap ∫√(pq)"},
		{"hellinger", Hellinger, "√(1 − ∫√(pq)), a metric in [0, 1]"},
		{"renyi2", func(p, q *Gaussian) (float64, error) { return Renyi(p, q, 2) }, "Rényi of order 2 in nats, ln(1 + χ²)"},
		{"w2", W2, "Wasserstein of order 2, a metric in the units of the data"},
		{"w2-squared", W2Squared, "W2², the Fréchet distance"},
	}
}
