# haltere: every chore by its name. `make` alone lists them.

SHELL := bash
TARGET := $(or $(CARGO_TARGET_DIR),target)
export PATH := $(CURDIR)/.tools/bin:$(HOME)/.cargo/bin:$(PATH)

# What is tested is built as what ships: without shared libraries. Without an explicit target, procedural macros would
# be linked statically, too, and could not be loaded.
TRIPLE = $(shell rustc --print host-tuple)
STATIC = RUSTFLAGS="$$(tr '\n' ' ' < packaging/static.flags)" CARGO_BUILD_TARGET=$(TRIPLE)
TESTED = $(TARGET)/$(TRIPLE)/debug/haltere

DEMO ?= 1
LISTEN ?= 127.0.0.1:8088
ROUNDS ?= 1000

.PHONY: help run console test check fmt lint deny docs web browser unit api-fuzz mmc generate screenshots bench flapping soak torture deb image reproducible fuzz

help: ## list the chores
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

run: ## build and start haltere with two demo brokers (DEMO=0: without; LISTEN=ADDR:PORT)
	@scripts/setup build $(if $(filter-out 0,$(DEMO)),demo)
	@scripts/console --if-possible
	@cargo build --locked --package haltere
ifeq ($(DEMO),0)
	@exec $(TARGET)/debug/haltere serve --listen $(LISTEN)
else
	@exec scripts/demo $(TARGET)/debug/haltere $(LISTEN)
endif

console: ## build the web console into web/dist, unless it is there and up to date
	@scripts/console

test: tools console ## everything that gates a merge
	@$(MAKE) --jobs 2 --output-sync check web built
	@$(MAKE) --jobs 2 --output-sync api-fuzz mmc browser
	@$(MAKE) unit

check: tools fmt lint deny docs contrib ## format, lints, dependencies and documentation; any warning fails

bench: ## build for speed and measure against the numbers we hold ourselves to (S="storm events": only these)
	@scripts/setup build bench
	@bench/run $(S)

screenshots: ## pictures of the console for its documentation (S=login: only those with that in their name)
	@scripts/setup build console screenshots
	@scripts/console
	@cargo build --locked --package haltere
	@scripts/screenshots $(TARGET)/debug/haltere $(S)

flapping: ## a broker that is up for a second and down for a second, for MINUTES=10
	@scripts/setup build bench
	@bench/run flapping $(if $(MINUTES),--minutes $(MINUTES))

soak: ## endurance: 500 links with chaos on, for MINUTES=60
	@scripts/setup build bench
	@bench/run soak $(if $(MINUTES),--minutes $(MINUTES))

torture: tools ## kill -9 under writers, ROUNDS=1000 times; SEED=N makes the choices of an earlier run
	TORTURE_ROUNDS=$(ROUNDS) TORTURE_SEED=$(SEED) $(STATIC) \
		cargo nextest run --locked --workspace --profile torture --no-capture -E 'test(/^torture::/)'

deb: ## build what ships and make a Debian package of it, in target/
	@scripts/setup build deb
	@packaging/pack "$$(packaging/build)" $(TARGET)

image: ## build what ships and make a container image of it, in target/ (no container engine needed)
	@scripts/setup build deb image
	@packaging/image "$$(packaging/build)" $(TARGET)

reproducible: ## build it twice in different folders and compare the bytes
	@scripts/setup build deb
	@packaging/reproducible

fuzz: ## run a fuzzer of fuzz/: T=target, TIME=seconds (600)
	@scripts/setup build fuzz
	@scripts/fuzz $(T) $(TIME)

generate: ## write again what is generated from the code: openapi/, docs/access.md
	@scripts/generate

# The parts of the above, for when only one is wanted.

.PHONY: tools built contrib
tools:
	@scripts/setup build test

# The binary comes out of the tests' own build: by itself it would be built with other features, and
# half of the tree a second time.
built: tools
	$(STATIC) cargo nextest run --locked --workspace --no-run

fmt:
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check

lint:
	$(STATIC) cargo clippy --locked --workspace --all-targets -- --deny warnings

deny:
	cargo deny --all-features --log-level warn check bans licenses sources

docs:
	RUSTDOCFLAGS='--deny warnings' $(STATIC) cargo doc --locked --workspace --no-deps --document-private-items

# The examples against the schemas of compose files and of Kubernetes.
contrib: tools
	.tools/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec contrib/compose.yaml
	.tools/bin/kubernetes-validate --strict --quiet contrib/kubernetes/*.yaml

# The console: its types, lints, unused code, unit tests.
web: console
	cd web && npm run --silent check && npm run --silent unit

# The console in a real browser, against a real haltere.
browser: built console
	cd web && HALTERE_BINARY=$(abspath $(TESTED)) npm run --silent e2e

# Comes last in `test`, so that the runner's own summary is the last thing one reads. More tests at once than there are
# cores, because most of them wait for peers.
unit: tools console
	$(STATIC) cargo nextest run --locked --workspace --test-threads $$((3 * $$(nproc)))

api-fuzz: built
	scripts/api-fuzz $(TESTED)

mmc: built
	.tools/bin/python scripts/mmc_compatibility.py $(TESTED)
