package problems

import (
	"fmt"
	"math"
)

// detestD are orbits of growing eccentricity.
var detestD = func() (list []Problem) {
	for i := range 5 {
		e := float64(2*i+1) / 10
		p := kepler10
		p.Name = fmt.Sprintf("detest-d%d", i+1)
		p.Doc = fmt.Sprintf("two bodies, eccentricity %.1f. %sD%d", e, detestSource, i+1)
		p.T1, p.Y0 = 20, []float64{1 - e, 0, 0, math.Sqrt((1 + e) / (1 - e))}
		p.Exact = func(dst []float64, t float64) { ellipse(dst, t, e) }
		list = append(list, p)
	}
	return list
}()
