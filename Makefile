# Every command a contributor or operator needs. `make` alone lists them.
.DEFAULT_GOAL := help

# The version stands in cmd/imagekit/version.go. Without git this is empty, and the program says what Go recorded.
COMMIT  ?= $(shell git describe --always --exclude '*' --dirty 2>/dev/null)
LDFLAGS := -s -w -X main.commit=$(COMMIT)
# netgo: the pure Go resolver. The C one turns hosts like 2130706433 into loopback addresses.
BUILD   := -trimpath -tags netgo -ldflags '$(LDFLAGS)'
TOOLS   := go tool -modfile=tools/go.mod

.PHONY: help cross run build portable test test-portable lint docs bench fuzz asan deps testdeps rig-corpus rig-origin rig-load rig-crash rig-mutate rig-image rig-systemd rig-shapes rig-entries rig-wine

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

# With the built-in secret only this user is served, so sources of this machine, as localhost:3000, may be fetched.
run: build ## build and serve on 127.0.0.1:8080
	@test -n "$$IMAGEKIT_SECRET$$IMAGEKIT_SECRET_FILE" || export IMAGEKIT_ALLOWED_NETWORKS="$${IMAGEKIT_ALLOWED_NETWORKS-127.0.0.0/8,::1}"; exec bin/imagekit serve

build: deps ## leave the program in bin/imagekit
	go build $(BUILD) -o bin/imagekit ./cmd/imagekit

# nodynamic: without it, WebP's and AVIF's modules load the system's libraries at start; this build then has neither.
portable: ## leave a program without C in bin/imagekit-portable; needs nothing but Go
	CGO_ENABLED=0 go build -trimpath -tags nodynamic -ldflags '$(LDFLAGS)' -o bin/imagekit-portable ./cmd/imagekit

test: testdeps lint ## everything CI runs: lint, and all tests under the race detector
	go build $(BUILD) -o bin/imagekit ./cmd/imagekit
	go run ./scripts/gotest -race -timeout 60m ./...
	CGO_ENABLED=0 go run ./scripts/gotest -tags 'netgo nodynamic' -timeout 60m $(PORTABLE)
	go -C deploy/check vet ./... && go run ./scripts/gotest -C deploy/check ./...

# What is built in another way without C. TestEnginesAgree tries the engine made of it.
PORTABLE := ./internal/codec/... ./internal/scale ./internal/color ./internal/frame

# Not under the race detector, which needs cgo.
test-portable: ## all tests without C, and the end-to-end tests against the portable program; minutes
	CGO_ENABLED=0 go run ./scripts/gotest -tags 'netgo nodynamic' -timeout 60m ./internal/... ./cmd/...
	$(MAKE) portable
	CGO_ENABLED=0 IMAGEKIT_BINARY="$(CURDIR)/bin/imagekit-portable" go run ./scripts/gotest -tags 'netgo nodynamic' -timeout 60m ./e2e

lint: deps ## gofumpt, go vet (also without C, for Windows and macOS), staticcheck
	@unformatted=$$($(TOOLS) gofumpt -l .); test -z "$$unformatted" || { echo "gofumpt -w needed: $$unformatted" >&2; exit 1; }
	go vet ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go vet -tags 'netgo nodynamic' ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go vet -tags 'netgo nodynamic' ./...
	$(TOOLS) staticcheck ./...

cross: ## go vet of the portable engine for every system and processor; minutes at first
	./scripts/cross.sh

docs: deps ## regenerate docs/parameters.md, docs/settings.md and docs/metrics.md from the tables
	go test ./internal/param ./internal/settings ./cmd/imagekit ./docs -run Docs -update

bench: build ## measure against peers and write docs/performance.md
	./bench/run.sh

fuzz: deps ## run every fuzz target for FUZZTIME (default 30s each)
	./scripts/fuzz.sh $(or $(FUZZTIME),30s)

asan: deps ## the tests of all that calls C, under AddressSanitizer (needs gcc's libasan)
	ASAN_OPTIONS=allocator_may_return_null=1 go test -asan -tags netgo \
		./internal/codec/... ./internal/color ./internal/engine ./internal/frame ./internal/scale

rig-crash: build ## kill, fill, lock, remove and rot: 1,000 kills and more, about three minutes
	go run ./rig/crash

deps:
	@./scripts/go.sh
	@./scripts/deps.sh

testdeps:
	@./scripts/go.sh
	@./scripts/deps.sh test
	@./scripts/browser.sh

rig-corpus: build ## send every file of CORPUS=dir through the service in every format
	go run -tags netgo ./rig corpus -dir "$(CORPUS)"

rig-origin: build ## 500 requests at once to origins that misbehave
	go run -tags netgo ./rig origin

rig-load: build ## stampede, overload, 10,000 connections, 1,500 clients that do not read, SIGTERM under load
	go run -tags netgo ./rig load

rig-entries: build ## a cache of a million entries beside an empty one; 4 GB of disk, minutes
	go run -tags netgo ./rig entries

rig-shapes: build ## extreme shapes in every format, read by other people's decoders; minutes
	go run ./rig/shapes

rig-mutate: deps ## break thirteen defences, one at a time, and see a test notice
	go run -tags netgo ./rig mutate

rig-image: testdeps ## do what the Dockerfile says in a Debian 13 root and start the result; as root, minutes
	go -C deploy/check build -o ../../bin/rig-image ./image
	bin/rig-image

rig-wine: deps ## build for Windows and run that under Wine: formats, kills, a full cache, restarts; minutes
	./rig/wine/install.sh
	go run -tags netgo ./rig/wine

rig-systemd: build testdeps ## boot systemd in a container and run the unit under it; as root, a minute
	go run -tags netgo ./rig/systemd
