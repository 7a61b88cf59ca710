.DEFAULT_GOAL := help
.PHONY: help run build test golden lint format readme-check native reliability fuzz
MAVEN := .ci/maven

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## build when needed, then serve on https://localhost:8443 (more options: make run ARGS="...")
	@exec ./gapless serve $(ARGS)

build: ## package the application into target/quarkus-app, without tests
	$(MAVEN) -Dmaven.test.skip=true package

test: ## run all tests, unit and integration; the first time builds an API server, which takes minutes
	@KUBEBUILDER_ASSETS=$$(.ci/kube) || { [ $$? -eq 3 ] && [ "$${CI:-}" != true ]; } || exit 1; \
	export KUBEBUILDER_ASSETS; \
	[ -n "$$KUBEBUILDER_ASSETS" ] || echo "!!! NO API SERVER: the tests against one are skipped" >&2; \
	$(MAVEN) verify

# One integration test class alone, with what it needs.
ONLY := $(MAVEN) -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false

reliability: ## count the admissions lost while replicas are rolled, killed and cut off; about 10 minutes
	@KUBEBUILDER_ASSETS=$$(.ci/kube) || exit 1; export KUBEBUILDER_ASSETS; \
	$(ONLY) -Dit.test=ReliabilityIT -Dgapless.reliability.creates=2000 -Dgapless.reliability.cut-seconds=60 verify

fuzz: ## send 100,000 broken reviews; FUZZ="-Dgapless.fuzz.seed=1" makes others
	$(ONLY) -Dit.test=FuzzIT -Dgapless.fuzz.requests=100000 $(FUZZ) verify

golden: ## write the expected results and derived files anew; review the diff
	$(MAVEN) -Dgolden.rewrite=true test

lint: ## check the format, compile everything under Error Prone and NullAway
	$(MAVEN) spotless:check
	$(MAVEN) -Plint clean test-compile

format: ## format the Java sources
	$(MAVEN) spotless:apply

readme-check: ## run the README's console blocks and compare what they print
	.ci/readme-check README.md

native: ## build a native executable (needs GraalVM's native-image for JDK 25)
	@.ci/native-image
	$(MAVEN) -Pnative clean package
