.DEFAULT_GOAL := help
.PHONY: help run test bench golden fmt lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## build and start the demo; it prints its address and accounts (ARGS="--listen 127.0.0.1:9000")
	cargo run --release --locked -p medcert -- serve --demo --data-dir ./data/demo $(ARGS)

test: ## everything: format, lints, tests on four databases, deployment files, the README's journey
	scripts/test $(STAGES)

bench: ## measure the release build (bench/README.md)
	bench/run $(ARGS)

golden: ## write the golden files anew (OpenAPI, policy matrix, state diagram); look at the difference
	UPDATE_GOLDEN=1 scripts/databases run -- cargo test --workspace --locked

fmt: ## format
	cargo fmt --all

lint: ## clippy, as strict as in CI
	cargo clippy --workspace --all-targets --locked -- -D warnings
