package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress is a bar on a terminal, and nothing in a pipe.
type progress struct {
	w     io.Writer // nil: silent
	width int
	begin time.Time

	mu   sync.Mutex
	last time.Time
}

func newProgress(f *os.File) *progress {
	p := &progress{begin: time.Now()}
	if term.IsTerminal(int(f.Fd())) {
		p.w, p.width = f, 80
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			p.width = w
		}
	}
	return p
}

// set redraws the bar, at most ten times a second.
func (p *progress) set(done, total int64, what string) {
	if p.w == nil || total <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.last) < 100*time.Millisecond && done < total {
		return
	}
	p.last = now
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s", p.line(float64(done)/float64(total), now.Sub(p.begin), what))
}

// line is "[=====>    ]  48% 0:12 left  what", no wider than the terminal.
func (p *progress) line(share float64, spent time.Duration, what string) string {
	const cells = 24
	n := min(int(share*cells), cells)
	bar := strings.Repeat("=", n) + strings.Repeat(" ", cells-n)
	left := ""
	if share > 0.01 {
		d := time.Duration(float64(spent) * (1 - share) / share).Round(time.Second)
		left = fmt.Sprintf("%d:%02d left", int(d.Minutes()), int(d.Seconds())%60)
	}
	text := []rune(fmt.Sprintf("[%s] %3.0f%% %10s  %s", bar, 100*share, left, what))
	return string(text[:min(len(text), p.width-1)])
}

// clear removes the bar.
func (p *progress) clear() {
	if p.w != nil {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
