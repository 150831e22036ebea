module github.com/ito-sde/ito/validation/peers/gosl

go 1.26.0

require (
	github.com/cpmech/gosl v1.2.12
	github.com/ito-sde/ito v0.0.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/ito-sde/ito => ../../..
