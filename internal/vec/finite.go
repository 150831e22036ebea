package vec

// Finite reports whether no number of x is infinite or NaN.
func Finite(x []float64) bool { return finite(best, x) }

func finitePortable(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}
