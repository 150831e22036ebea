# compare   the main job on the embedded digits; writes compare.html
# test      what CI runs: formatting, vet, all tests
# race      all tests under the race detector
# bench     benchmarks of every package
# bench-peers  the ODE methods and SDE ensembles beside other libraries' (installs them where it may; twenty minutes)
# onnx      networks in ONNX files, on the ONNX Runtime that ITO_ONNXRUNTIME names or npm has
# model     trains the shipped network anew, to the same bits on one architecture
# picture   the README's picture
# unet      trains a U-Net with classes and judges it: the README's figures and picture (three minutes)
# lint      staticcheck, golangci-lint, and the six platforms
# fuzz      random systems, methods and settings through ode.Solve, for ten minutes
# mutants   broken copies of the samplers, of which the ladder must catch nearly all (three minutes)
# gallery   a figure per topic, with the code that made it: writes gallery.html
# divergence-study  coverage of standard errors and uniformity of p-values over 1000 repeats (ten minutes)
# systems   docs/systems.md: a known answer of every system of mathematics, computed (seconds)
# tune-study  the README's figures about tuned time grids, and their picture (a quarter of an hour)
# likelihood-study  coverage of the intervals of Hutchinson's estimate over 1000 seeds
# global-study  the error of ode.SolveGlobal's answers by every method on DETEST (a quarter of an hour)
# noise-study  the statistical tests of the noise on 1e8 numbers, its speed and that of its trees
# ensemble-study  ensembles' rate beside their normals'; 1e8 paths killed and resumed; the memory of 1e9 (ten minutes)
# multilevel-study  the Heston call's work on random and quasi-random levels and, over 1000 repeats, its intervals' coverage (two minutes)
.PHONY: compare test race bench bench-peers onnx model unet picture lint cross fuzz mutants gallery divergence-study systems tune-study noise-study ensemble-study multilevel-study likelihood-study global-study

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

compare:
	go run ./cmd/ito compare

test:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt -w these files"; exit 1; }
	go vet ./...
	go test ./...
	@if [ -n "$$ITO_ONNXRUNTIME" ]; then $(MAKE) onnx; fi

race:
	go test -race -short ./...

bench:
	go test -run '^$$' -bench . ./...

bench-peers:
	go run ./validation/peers
	go run ./validation/peers --ensembles
	go run ./validation/peers/gaussians
	go run $$(command -v gcc >/dev/null && echo -tags onnx) ./validation/peers/networks

ONNXRUNTIME := onnxruntime-node@1.30.0
onnx:
	@set -e; if [ -z "$$ITO_ONNXRUNTIME" ]; then \
		dir=$$(go env GOCACHE)/onnxruntime; lib=$$dir/package/bin/napi-v6/$$(go env GOOS)/$$(go env GOARCH | sed s/amd64/x64/)/libonnxruntime.so.1; \
		[ -f $$lib ] || { mkdir -p $$dir; cd $$dir; tar xzf $$(npm pack --silent $(ONNXRUNTIME)) package/bin; cd - >/dev/null; }; \
		export ITO_ONNXRUNTIME=$$lib; echo "export ITO_ONNXRUNTIME=$$lib"; fi; \
	go test -tags onnx ./score/onnx && go test -tags onnx ./cmd/ito -run ONNX

model:
	go run ./cmd/ito train --data digits --out cmd/ito/digits.safetensors
	rm -f cmd/ito/digits.safetensors.loss.png cmd/ito/digits.safetensors.loss.jsonl

unet:
	go run ./validation/unet

picture:
	go run ./cmd/ito compare --picture docs/digits.png --samplers dpm++2m --nfe 20 --n 10000 --out ''

lint: cross
	go run $(STATICCHECK) ./...
	go run $(GOLANGCI) run ./...

cross:
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
		echo "$$os/$$arch"; CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go vet ./... || exit 1; done; done

gallery:
	go run ./validation/gallery

divergence-study:
	ITO_DIVERGENCE_STUDY=1000 go test ./divergence/... -run 'Cover|Uniform' -timeout 60m -v

tune-study:
	go run ./cmd/ito tune --plot docs/tune.png --out ''
	ITO_TUNE_STUDY=1 go test ./cmd/ito -run TuneStudy -timeout 120m -v

likelihood-study:
	ITO_LIKELIHOOD_STUDY=1000 go test ./score/flow -run Interval -timeout 60m -v

global-study:
	ITO_GLOBAL_STUDY=1 go test ./ode -run GlobalErrorIs -timeout 60m -v

noise-study:
	ITO_NOISE_SPEED=1 ITO_NOISE_N=100000000 go test ./sde/noise -run 'Study|Speed' -timeout 60m -v

ensemble-study:
	ITO_ENSEMBLE_SPEED=1 go test ./sde/models -run TestSpeed -count 1 -v
	ITO_ENSEMBLE_PATHS=1e8 go test ./sde -run TestEnsembleSurvivesKill -count 1 -timeout 60m -v
	ITO_ENSEMBLE_PATHS=1e9 go test ./sde -run TestEnsembleMemoryIsConstant -count 1 -timeout 60m -v

multilevel-study:
	ITO_MULTILEVEL_REPEATS=1000 go test ./sde/multilevel -run TestHestonStudy -count 1 -timeout 60m -v

fuzz:
	go test ./ode -run '^$$' -fuzz FuzzSolve -fuzztime 10m

mutants:
	go run ./validation/mutants

systems:
	go run ./validation/systems --write docs/systems.md
