//go:build unix

package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// processTime is the CPU time of all threads of the process.
func processTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
