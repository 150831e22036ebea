package film_test

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/gif"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/fokkerplanck/film"
)

func plane(t *testing.T) fokkerplanck.Plane {
	x, err := fokkerplanck.NewGrid([]float64{0, 1, 2, 4}) // the last cell is wide
	require.NoError(t, err)
	y, err := fokkerplanck.Uniform(0, 2, 4)
	require.NoError(t, err)
	return fokkerplanck.Plane{X: x, Y: y}
}

var dark, bright = color.RGBA{0x44, 0x01, 0x54, 255}, color.RGBA{0xfd, 0xe7, 0x25, 255}

// The pixels of a cell are where it is, y upwards, and of colours on one scale.
func TestFrame(t *testing.T) {
	f, err := film.New(plane(t), 8)
	require.NoError(t, err)
	p := make([]float64, 12)
	p[2] = 4 // x from 2 to 4, y from 0 to ½: the right half of the lowest row
	require.NoError(t, f.Add(0, p))
	p[2] = 1
	require.NoError(t, f.Add(1, p))
	m := f.Frame(0)
	require.Equal(t, 8, m.Bounds().Dx())
	require.Equal(t, 4, m.Bounds().Dy())
	for y := range 4 {
		for x := range 8 {
			want := dark
			if y == 3 && x >= 4 {
				want = bright
			}
			require.Equal(t, want, m.At(x, y), "(%d, %d)", x, y)
		}
	}
	require.EqualValues(t, 64, f.Frame(1).ColorIndexAt(7, 3))
	f.Root = true
	require.EqualValues(t, 128, f.Frame(1).ColorIndexAt(7, 3))
}

// What is written can be read, with its frames and times.
func TestGIFAndHTML(t *testing.T) {
	f, err := film.New(plane(t), 16)
	require.NoError(t, err)
	var b bytes.Buffer
	require.ErrorIs(t, f.GIF(&b, time.Second), film.ErrFilm)
	require.ErrorIs(t, f.HTML(&b, "none", time.Second), film.ErrFilm)
	p := make([]float64, 12)
	for k := range 5 {
		p[k] = 1
		require.NoError(t, f.Add(float64(k)/4, p))
	}
	require.Equal(t, 5, f.Frames())
	require.NoError(t, f.GIF(&b, 50*time.Millisecond))
	g, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	require.Len(t, g.Image, 5)
	require.Equal(t, []int{5, 5, 5, 5, 5}, g.Delay)
	require.Equal(t, bright, g.Image[4].At(0, 7))
	b.Reset()
	require.NoError(t, f.HTML(&b, "<b>& co", 50*time.Millisecond))
	s := b.String()
	require.Contains(t, s, "<title>&lt;b&gt;&amp; co</title>")
	require.Contains(t, s, "[0,0.25,0.5,0.75,1]")
	require.Equal(t, 5, strings.Count(s, "iVBOR"), "pictures in PNG")
	require.NotContains(t, s, "http")
}

func TestRefuses(t *testing.T) {
	g := plane(t)
	for _, width := range []int{-1, 0, 1 << 20} {
		_, err := film.New(g, width)
		require.ErrorIs(t, err, film.ErrFilm)
	}
	_, err := film.New(fokkerplanck.Plane{}, 10)
	require.ErrorIs(t, err, film.ErrFilm)
	f, err := film.New(g, 10)
	require.NoError(t, err)
	require.ErrorIs(t, f.Add(0, nil), film.ErrFilm)
	p := make([]float64, 12)
	p[3] = math.NaN()
	require.ErrorIs(t, f.Add(0, p), film.ErrFilm)
	_, err = film.Carpet(g.X, [][]float64{{1, 2}}, 10)
	require.ErrorIs(t, err, film.ErrFilm)
	_, err = film.Carpet(g.X, [][]float64{{1, 2, math.Inf(1)}}, 10)
	require.ErrorIs(t, err, film.ErrFilm)
	_, err = film.Carpet(g.X, nil, 10)
	require.ErrorIs(t, err, film.ErrFilm)
}

// Ten frames of a cloud that spreads.
func ExampleFilm() {
	x, _ := fokkerplanck.Uniform(-3, 3, 30)
	g := fokkerplanck.Plane{X: x, Y: x}
	f, _ := film.New(g, 120)
	pr := fokkerplanck.PlaneProblem{
		Drift:     func(x, y, _ float64) (float64, float64) { return -y, x },
		Diffusion: func(_, _, _ float64) (float64, float64, float64) { return 0.1, 0, 0.1 },
		Steady:    true,
	}
	p0 := g.Averages(func(x, y float64) float64 { return math.Exp(-4*(x-1)*(x-1) - 4*y*y) })
	_, err := fokkerplanck.SolvePlane(context.Background(), pr, g, p0, 0, 3, fokkerplanck.Config{Steps: 9, Observe: f.Add})
	var b bytes.Buffer
	fmt.Println(f.Frames(), err, f.GIF(&b, 100*time.Millisecond))
	// Output: 10 <nil> <nil>
}

// The history of a density on a line as one picture.
func ExampleCarpet() {
	g, _ := fokkerplanck.Uniform(0, 4, 4)
	m, err := film.Carpet(g, [][]float64{{1, 0, 0, 0}, {0.5, 0.5, 0, 0}}, 8)
	fmt.Println(m.Bounds().Size(), m.ColorIndexAt(0, 1), m.ColorIndexAt(2, 0), err)
	// Output: (8,2) 255 128 <nil>
}
