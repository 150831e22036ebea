package nn

import "fmt"

// plan lists the layers of a shape, without the memory of its parameters.
func plan(s UNetShape) *UNet {
	u := &UNet{shape: s, zero: map[part]bool{}, sizes: []mapSize{{s.Height, s.Width, s.Channels}}}
	u.linear(&u.embed[0], "embed0", features, s.Embed)
	u.linear(&u.embed[1], "embed1", s.Embed, s.Embed)
	u.class = table{"class", s.Classes, s.Embed, u.size}
	u.add(&u.class)
	last := len(s.Mults) - 1
	h := u.conv3("in", 0, s.Base*s.Mults[0], none, false)
	skips := []int{h}
	for i, m := range s.Mults {
		for j := range s.Blocks {
			h = u.stage(fmt.Sprintf("down%d.block%d", i, j), h, s.Base*m)
			skips = append(skips, h)
		}
		if i < last {
			h = u.pool(h)
			skips = append(skips, h)
		}
	}
	width := s.Base * s.Mults[last]
	h = u.stage("middle.block0", h, width)
	h = u.block("middle.block1", h, width)
	for i := last; i >= 0; i-- {
		for j := range s.Blocks + 1 {
			h = u.concat(h, skips[len(skips)-1])
			skips = skips[:len(skips)-1]
			h = u.stage(fmt.Sprintf("up%d.block%d", i, j), h, s.Base*s.Mults[i])
		}
		if i > 0 {
			h = u.up(h)
		}
	}
	h = u.norm("out.norm", h, false, true)
	u.output = u.conv3("out.conv", h, s.Channels, none, true)
	for _, m := range u.sizes {
		u.widest, u.image = max(u.widest, m.c), max(u.image, m.numbers())
	}
	return u
}

// stage is a block, and attention where the image is small enough.
func (u *UNet) stage(name string, x, channels int) int {
	x = u.block(name, x, channels)
	if m := u.sizes[x]; max(m.h, m.w) <= u.shape.Attend {
		x = u.attention(name+".attention", x)
	}
	return x
}

func (u *UNet) block(name string, x, channels int) int {
	skip := x
	if u.sizes[x].c != channels {
		skip = u.conv1(name+".skip", x, channels, none, false)
	}
	h := u.norm(name+".norm0", x, false, true)
	h = u.conv3(name+".conv0", h, channels, none, false)
	h = u.norm(name+".norm1", h, true, true)
	return u.conv3(name+".conv1", h, channels, skip, true)
}

func (u *UNet) attention(name string, x int) int {
	m := u.sizes[x]
	h := u.norm(name+".norm", x, false, false)
	h = u.conv1(name+".qkv", h, 3*m.c, none, false)
	to := u.newMap(m)
	u.layers = append(u.layers, &attention{channels: m.c, pixels: m.h * m.w, heads: u.shape.Heads, src: h, dst: to})
	return u.conv1(name+".out", to, m.c, x, true)
}

func (u *UNet) newMap(m mapSize) int {
	u.sizes = append(u.sizes, m)
	return len(u.sizes) - 1
}

func (u *UNet) add(p part) {
	u.parts = append(u.parts, p)
	u.size += p.size()
}

func (u *UNet) linear(l *linear, name string, in, out int) {
	*l = linear{name: name, in: in, out: out, offset: u.size}
	u.add(l)
}

func (u *UNet) conv3(name string, x, channels, residual int, zero bool) int {
	m := u.sizes[x]
	l := &conv3{linear: linear{name: name, in: 9 * m.c, out: channels, offset: u.size}, channels: m.c,
		h: m.h, w: m.w, src: x, dst: u.newMap(mapSize{m.h, m.w, channels}), residual: residual}
	u.add(l)
	u.zero[l] = zero
	u.layers = append(u.layers, l)
	return l.dst
}

func (u *UNet) conv1(name string, x, channels, residual int, zero bool) int {
	m := u.sizes[x]
	l := &conv1{linear: linear{name: name, in: m.c, out: channels, offset: u.size}, pixels: m.h * m.w,
		src: x, dst: u.newMap(mapSize{m.h, m.w, channels}), residual: residual}
	u.add(l)
	u.zero[l] = zero
	u.layers = append(u.layers, l)
	return l.dst
}

func (u *UNet) norm(name string, x int, film, silu bool) int {
	m := u.sizes[x]
	l := &norm{name: name, channels: m.c, pixels: m.h * m.w, groups: u.shape.Groups, silu: silu, src: x, dst: u.newMap(m), offset: u.size}
	u.add(l)
	if film {
		l.film = new(linear)
		u.linear(l.film, name+".film", u.shape.Embed, 2*m.c)
		u.zero[l.film] = true
	}
	u.layers = append(u.layers, l)
	return l.dst
}

func (u *UNet) pool(x int) int {
	m := u.sizes[x]
	l := &pool{h: m.h, w: m.w, channels: m.c, src: x, dst: u.newMap(mapSize{m.h / 2, m.w / 2, m.c})}
	u.layers = append(u.layers, l)
	return l.dst
}

func (u *UNet) up(x int) int {
	m := u.sizes[x]
	l := &up{h: m.h, w: m.w, channels: m.c, src: x, dst: u.newMap(mapSize{2 * m.h, 2 * m.w, m.c})}
	u.layers = append(u.layers, l)
	return l.dst
}

func (u *UNet) concat(a, b int) int {
	m, n := u.sizes[a], u.sizes[b]
	l := &concat{pixels: m.h * m.w, a: m.c, b: n.c, srcA: a, srcB: b, dst: u.newMap(mapSize{m.h, m.w, m.c + n.c})}
	u.layers = append(u.layers, l)
	return l.dst
}
