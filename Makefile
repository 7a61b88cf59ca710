.DEFAULT_GOAL := help
.PHONY: help run build test golden lint format readme-check native image image-native image-test test-matrix reliability fuzz bench
MAVEN := .ci/maven
VERSION := $(shell sed -n 's:.*<version>\(.*\)</version>.*:\1:p' pom.xml | head -n 1)
# The oldest and the newest that is supported; `make test` takes the one in src/test/kube/go.mod.
RELEASES ?= 1.30.14 1.36.3
IMAGE ?= $(if $(REGISTRY),$(REGISTRY)/)gapless:$(VERSION)

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

reliability: ## count the admissions lost while replicas are rolled, killed and cut off; about 7 minutes
	@KUBEBUILDER_ASSETS=$$(.ci/kube) || exit 1; export KUBEBUILDER_ASSETS; \
	$(ONLY) -Dit.test=ReliabilityIT -Dgapless.reliability.creates=2000 -Dgapless.reliability.cut-seconds=60 verify

fuzz: ## send 100,000 broken reviews, about 5 minutes; FUZZ="-Dgapless.fuzz.seed=1" makes others
	$(ONLY) -Dit.test=FuzzIT -Dgapless.fuzz.requests=100000 $(FUZZ) verify

test-matrix: ## run the integration tests on the oldest and the newest Kubernetes (builds each once), or RELEASES="..."
	@for release in $(RELEASES); do \
	  echo "== Kubernetes $$release"; \
	  KUBEBUILDER_ASSETS=$$(.ci/kube "$$release") && export KUBEBUILDER_ASSETS \
	    && $(MAVEN) -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false verify || exit 1; \
	done

golden: ## write the expected results and derived files anew; review the diff
	$(MAVEN) -Dgolden.rewrite=true test

lint: ## check the format, compile everything under Error Prone and NullAway
	$(MAVEN) spotless:check
	$(MAVEN) -Plint clean test-compile
	$(MAVEN) -Pbench spotless:check test-compile

format: ## format the Java sources
	$(MAVEN) spotless:apply
	$(MAVEN) -Pbench spotless:apply

readme-check: ## run the README's console blocks and compare what they print
	.ci/readme-check README.md

bench: ## measure, in about a quarter of an hour, on a machine that has nothing else to do; BENCH="wire start" for parts
	@.ci/bench $(BENCH)

native: ## build a native executable (needs GraalVM's native-image for JDK 25)
	@.ci/native-image
	$(MAVEN) -Pnative clean package

image: ## build the container image and push it: make image REGISTRY=… (or IMAGE=…), with another base BASE=…
	@.ci/image jvm "$(IMAGE)" "$(BASE)"

image-native: ## the same with the native executable in it (needs GraalVM's native-image for JDK 25)
	@.ci/image native "$(IMAGE)" "$(BASE)"

image-test: ## build the image with a registry and a base image of our own, and run what is in it
	@.ci/image-test
