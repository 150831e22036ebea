package nn

import (
	"fmt"
	"slices"
)

// UNetShape is a U-Net's architecture. A row is an image of Height × Width pixels
// of Channels numbers each, channels last.
type UNetShape struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"` // of the image; 0: 1

	Base   int   `json:"base"`   // channels inside, at full size; 0: 32
	Mults  []int `json:"mults"`  // of Base, a level each; the image is halved between levels; nil: 1, 2
	Blocks int   `json:"blocks"` // residual blocks a level, one more on the way up; 0: 2
	Groups int   `json:"groups"` // of the normalisation, dividing Base; 0: 8
	// Attend is the longest side of an image whose pixels attend to each other:
	// that level's blocks, and the middle, end in attention. 0: none.
	Attend int `json:"attend,omitempty"`
	Heads  int `json:"heads"` // of the attention, dividing the channels there; 0: 1
	Embed  int `json:"embed"` // width of the noise embedding; 0: 4 Base

	Classes int `json:"classes,omitempty"` // that F may depend on; 0: none
}

// The limits keep a hostile file from asking for absurd memory.
const maxSide, maxBase, maxMult, maxLevels, maxUNetBlocks, maxEmbed, maxAttend, maxHeads = 64, 512, 16, 6, 8, 4096, 32, 64

// WithDefaults returns s with its zero values replaced by what they stand for.
func (s UNetShape) WithDefaults() UNetShape {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&s.Channels, 1)
	def(&s.Base, 32)
	if len(s.Mults) == 0 {
		s.Mults = []int{1, 2}
	}
	def(&s.Blocks, 2)
	def(&s.Groups, 8)
	def(&s.Heads, 1)
	def(&s.Embed, 4*s.Base)
	return s
}

// Check returns an error for a shape that is no network.
func (s UNetShape) Check() error {
	outside := func(name string, v, most int) error {
		if v < 1 || v > most {
			return fmt.Errorf("nn: no U-Net with %s %d; it must be 1 to %d", name, v, most)
		}
		return nil
	}
	for _, e := range []struct {
		name    string
		v, most int
	}{
		{"height", s.Height, maxSide}, {"width", s.Width, maxSide}, {"channels", s.Channels, maxSide},
		{"base", s.Base, maxBase}, {"levels", len(s.Mults), maxLevels}, {"blocks", s.Blocks, maxUNetBlocks},
		{"groups", s.Groups, maxBase}, {"heads", s.Heads, maxHeads}, {"embed", s.Embed, maxEmbed},
		{"classes", s.Classes + 1, maxClasses + 1}, {"attend", s.Attend + 1, maxAttend + 1},
	} {
		if err := outside(e.name, e.v, e.most); err != nil {
			return err
		}
	}
	for _, m := range s.Mults {
		if err := outside("multiple", m, maxMult); err != nil {
			return err
		}
		if s.Base*m%s.Heads != 0 {
			return fmt.Errorf("nn: no U-Net with %d heads on %d channels; choose a divisor", s.Heads, s.Base*m)
		}
	}
	if s.Base%s.Groups != 0 {
		return fmt.Errorf("nn: no U-Net with %d groups of %d channels; %d is no divisor", s.Groups, s.Base, s.Groups)
	}
	if step := 1 << (len(s.Mults) - 1); s.Height%step != 0 || s.Width%step != 0 {
		return fmt.Errorf("nn: no U-Net of %d levels for %d×%d pixels; both must be multiples of %d", len(s.Mults), s.Height, s.Width, step)
	}
	return nil
}

// Dim is the number of coordinates of a row.
func (s UNetShape) Dim() int { return s.Height * s.Width * s.Channels }

// Parameters is the number of weights of a shape that Check accepts.
func (s UNetShape) Parameters() int { return plan(s).size }

// clone is a copy that shares no memory.
func (s UNetShape) clone() UNetShape {
	s.Mults = slices.Clone(s.Mults)
	return s
}
