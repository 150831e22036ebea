package sde

import "math"

// position is the unit that a time elapsed is rounded to.
func (w *walker) position(elapsed float64) uint64 {
	return min(uint64(math.Round(elapsed/w.unit)), total)
}

// stop is the time that the next step must not pass.
func (w *walker) stop() uint64 {
	stop := total
	if w.jump < len(w.jumps) {
		// A jump at the very place of the row takes the shortest step.
		stop = max(w.position(w.jumps[w.jump]), w.at+1)
	}
	if w.Step > 0 {
		// The ends of fixed steps are multiples of Step, whatever jumps lie between.
		k := math.Floor((float64(w.at)+0.5)/w.want) + 1
		if next := math.Round(k * w.want); next < float64(stop) && float64(total)-next >= 0.5 {
			stop = uint64(next)
		}
	}
	if n := len(w.ends); n > 0 {
		stop = min(stop, w.ends[n-1])
	}
	return stop
}

// aim is the end of the next step.
func (w *walker) aim(stop uint64) uint64 {
	left := float64(stop - w.at)
	switch want := min(w.want, w.Max/w.unit); {
	case w.Step > 0 || want+want/(1<<coarse) >= left: // the last part may be what rounding has left over
		return stop
	case want > left/2: // two equal steps rather than a long and a short one
		return w.round(w.at+(stop-w.at)/2, left/2)
	default:
		return w.round(w.at+uint64(want), want)
	}
}

// round rounds down to few digits, beside the step.
func (w *walker) round(end uint64, step float64) uint64 {
	digits := math.Ilogb(step) - coarse
	if digits <= 0 {
		return max(end, w.at+1)
	}
	return max(end>>digits<<digits, w.at+1)
}

// reject goes back for a shorter step.
func (w *walker) reject(end, stop uint64) error {
	w.rejected++
	factor := 0.5 // rejected for other reasons than its error
	if w.norm > 1 {
		factor = max(0.2, 0.9*math.Pow(w.norm, -1/w.power))
	} else if w.norm != w.norm {
		factor = 0.2
	}
	w.want, w.wary = factor*float64(end-w.at), true
	if w.want*w.unit < w.Min {
		return w.fail(end, ErrStep)
	}
	if end != stop {
		w.ends = append(w.ends, end)
	}
	return nil
}

// grow chooses the step after one of length h that was accepted.
func (w *walker) grow(h float64, cut bool) {
	e := max(w.norm, 1e-4)
	factor := 0.9 * math.Pow(e, -0.3/w.power) * math.Pow(w.memory, -0.1/w.power)
	factor = min(max(factor, 0.2), 5)
	if w.wary {
		factor = min(factor, 1)
	}
	want := factor * h
	if cut && !w.wary {
		want = max(want, w.want) // a step cut short says nothing against a long one
	}
	w.want, w.memory, w.wary = max(want, w.Min/w.unit), e, false
}
