package statistics

import "fmt"

// Means takes each group of consecutive rows as one, their mean, for a reducer
// within. Standard errors there then hold for rows that depend on one another
// within groups alone: antithetic pairs (noise.Antithetic, groups of 2), or
// randomised point sets. Groups are counted from the beginning of each Add; an
// ensemble adds whole groups if their size divides noise.BlockRows and Paths.
// What is left over at the end of an Add is a group of its own.
type Means struct {
	group int
	rows  []float64 // scratch
	Reducer
}

// NewMeans returns a reducer of the means of groups. The error wraps ErrShape.
func NewMeans(group int, of Reducer) (*Means, error) {
	if group < 1 || of == nil {
		return nil, fmt.Errorf("%w: Means of groups of %d rows; want at least one, and a reducer", ErrShape, group)
	}
	return &Means{group: group, Reducer: of}, nil
}

// Of returns the reducer of the means.
func (m *Means) Of() Reducer { return m.Reducer }

// New returns empty means of the same groups.
func (m *Means) New() Reducer { return &Means{group: m.group, Reducer: m.Reducer.New()} }

// Add takes rows.
func (m *Means) Add(rows []float64) {
	width := m.Width()
	n := rowsOf("Means", rows, width)
	groups := (n + m.group - 1) / m.group
	if cap(m.rows) < groups*width {
		m.rows = make([]float64, groups*width)
	}
	means := m.rows[:groups*width]
	clear(means)
	for g := range groups {
		size := min(m.group, n-g*m.group)
		mean := means[g*width : (g+1)*width]
		for i := range size {
			row := rows[(g*m.group+i)*width:]
			for j := range mean {
				mean[j] += row[j]
			}
		}
		for j := range mean {
			mean[j] /= float64(size)
		}
	}
	m.Reducer.Add(means)
}

// Merge adds the means of other groups of the same size.
func (m *Means) Merge(other Reducer) {
	o, ok := other.(*Means)
	if !ok || o.group != m.group {
		panic(unlike(m, other))
	}
	m.Reducer.Merge(o.Reducer)
}

const meansKind = 0x7370756f72676d01 // "\x01mgroups"

// AppendBinary appends the state.
func (m *Means) AppendBinary(b []byte) ([]byte, error) {
	return m.Reducer.AppendBinary(appendWords(b, meansKind, uint64(m.group)))
}

// UnmarshalBinary replaces the state.
func (m *Means) UnmarshalBinary(b []byte) error {
	const head = 16
	if len(b) < head {
		return fmt.Errorf("%w: %d bytes", ErrEncoding, len(b))
	}
	if _, err := expect(b[:head], 2, meansKind, uint64(m.group)); err != nil {
		return err
	}
	return m.Reducer.UnmarshalBinary(b[head:])
}
