//go:build race

package energy_test

const raceEnabled = true
