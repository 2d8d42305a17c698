# Targets for developers. `make help` lists them.
.DEFAULT_GOAL := help
GO ?= go
FUZZTIME ?= 60s

RELEASE ?= dev
# Where the source is from: its commit, "-dirty" behind it when files differ from it.
COMMIT ?= $(shell git describe --always --abbrev=40 --exclude='*' --dirty 2>/dev/null || echo unknown)
# The same source gives the same binary: no paths, no build id, no time.
REPRODUCIBLE = -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.release=$(RELEASE) -X main.commit=$(COMMIT)"
PLATFORMS = linux/amd64 linux/arm64 windows/amd64

.PHONY: help run deps test lint fuzz eval train bench shots pictures build release clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start the demo on 127.0.0.1:8080, as `jindu demo`
	$(GO) run ./cmd/jindu demo

deps: ## install what the tests need, where it is missing (Debian, Ubuntu, Alpine, Fedora, macOS)
	@scripts/test-deps

test: deps ## run every test with the race detector
	$(GO) test -race -timeout 40m ./...

lint: ## check formatting, vet, staticcheck and go.mod
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

fuzz: ## run each fuzz target for a minute, or FUZZTIME=10s
	@scripts/fuzz $(FUZZTIME)

eval: ## print how surely the bot finds its entries (bot/search/testdata)
	$(GO) test -count 1 -run TestEval -v ./bot/search

train: ## fit what the bot takes for dangerous or off the subject to bot/search/data anew
	$(GO) test -count 1 -run TestTrain ./bot/search -train

bench: ## measure against the bare libraries, both sides in one run
	$(GO) test -run '^$$' -bench Ratio -benchtime 3s ./...

shots: ## draw the screenshots in docs/ anew (needs chromium)
	JINDU_SHOTS=$(CURDIR)/docs $(GO) test -run TestBrowser -count 1 ./cmd/jindu

pictures: ## draw the PNGs of content/pictures from their SVGs
	@scripts/pictures

build: ## build bin/jindu for this machine
	$(GO) build -o bin/jindu ./cmd/jindu

release: ## build dist/: a static binary each for linux/amd64, linux/arm64 and windows/amd64, with checksums (RELEASE=v1.2.3)
	@rm -rf dist && mkdir dist
	@for p in $(PLATFORMS); do \
		os=$${p%/*} arch=$${p#*/}; out=dist/jindu-$(RELEASE)-$$os-$$arch; [ $$os = windows ] && out=$$out.exe; \
		echo "$$out"; CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build $(REPRODUCIBLE) -o $$out ./cmd/jindu || exit 1; \
	done
	@cd dist && sha256sum jindu-* > SHA256SUMS && cat SHA256SUMS

clean: ## remove what was built
	rm -rf bin dist
