package nn

import "github.com/ito-sde/ito/sde/noise"

// table is a learned vector for every class, added to the noise embedding before
// its activation.
type table struct {
	name           string
	classes, width int
	offset         int
}

func (t *table) size() int { return t.classes * t.width }

func (t *table) row(w []float32, class int) []float32 {
	return w[t.offset+class*t.width:][:t.width]
}

// add adds each row's class to e.
func (t *table) add(e, w []float32, class []int) {
	for r, k := range class {
		if k == NullClass {
			continue
		}
		dst := e[r*t.width:][:t.width]
		for j, v := range t.row(w, k) {
			dst[j] += v
		}
	}
}

func (t *table) backward(grad, de []float32, class []int) {
	for r, k := range class {
		if k == NullClass {
			continue
		}
		dst := t.row(grad, k)
		for j, v := range de[r*t.width:][:t.width] {
			dst[j] += v
		}
	}
}

func (t *table) init(w []float32, at noise.Address) {
	s := noise.NewStream(at)
	for j := range w[t.offset:][:t.size()] {
		w[t.offset+j] = float32(0.5 * s.Normal())
	}
}

func (t *table) tensors(prefix string, w []float32) []Tensor {
	if t.classes == 0 {
		return nil
	}
	return []Tensor{{prefix + t.name, []int{t.classes, t.width}, w[t.offset:][:t.size()]}}
}
