// Package validation proves the rest of the module right: order fits, the exact
// law of a sampler on a Gaussian target (read off by unit impulses, with no
// Monte Carlo), the exact law on a mixture in one dimension, the ladder that
// every sampler climbs, and the comparison behind "ito compare".
package validation
