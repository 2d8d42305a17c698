# Targets for developers. `make help` lists them.
.DEFAULT_GOAL := help
GO ?= go
FUZZTIME ?= 60s

.PHONY: help run deps test lint fuzz bench shots build clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start the demo on 127.0.0.1:8080
	$(GO) run ./cmd/jindu demo

deps: ## install what the tests need, where it is missing (Debian, Ubuntu, Alpine, Fedora, macOS)
	@scripts/test-deps

test: deps ## run every test with the race detector
	$(GO) test -race -timeout 20m ./...

lint: ## gofmt, go vet, staticcheck and go.mod
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

fuzz: ## run each fuzz target for FUZZTIME (60s)
	@scripts/fuzz $(FUZZTIME)

bench: ## measure against the bare libraries, both sides in one run
	$(GO) test -run '^$$' -bench Ratio -benchtime 3s ./...

shots: ## draw the screenshots in docs/ anew (needs chromium)
	JINDU_SHOTS=$(CURDIR)/docs $(GO) test -run TestBrowser -count 1 ./cmd/jindu

build: ## build bin/jindu
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/jindu ./cmd/jindu

clean: ## remove what was built
	rm -rf bin
