//go:build !noasm

package vec

// The assembly: each is the function of its name over a number of whole vectors
// of 64 (AVX-512) or 32 bytes of its wider type, at least one.

//go:noescape
func siluAVX512(dst, x *float32, vectors int)

//go:noescape
func siluGradAVX512(dst, x, dy *float32, vectors int)

//go:noescape
func adamAVX512(w, grad, m, v *float32, vectors int, c *adamConstants)

//go:noescape
func lerpAVX512(dst, src *float32, vectors int, t float32)

//go:noescape
func narrowAVX512(dst *float32, x *float64, vectors int, scale float64)

//go:noescape
func widenAVX512(dst *float64, x *float32, vectors int, scale float64)

//go:noescape
func siluAVX2(dst, x *float32, vectors int)

//go:noescape
func siluGradAVX2(dst, x, dy *float32, vectors int)

//go:noescape
func adamAVX2(w, grad, m, v *float32, vectors int, c *adamConstants)

//go:noescape
func lerpAVX2(dst, src *float32, vectors int, t float32)

//go:noescape
func narrowAVX2(dst *float32, x *float64, vectors int, scale float64)

//go:noescape
func widenAVX2(dst *float64, x *float32, vectors int, scale float64)
