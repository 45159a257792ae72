# The commands of developers and operators. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory

# The flags of the deployed binaries are in infra/local/runner/build.go; sam build gets the same through infra/stack/deploy.
export CGO_ENABLED ?= 0
tool := go tool -modfile=infra/verify/tools/go.mod
web := functions/console/web
docs := functions/description-get/web
browser := infra/verify/console
golangci_version := $(shell awk '$$1 == "github.com/golangci/golangci-lint/v2" {print $$2}' infra/verify/tools/golangci/go.mod)
golangci := .local/bin/golangci-lint-$(golangci_version)
npm := npm --no-audit --no-fund --loglevel=error

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: console ## run all of it on this machine: ARGS="--port 4000 --fresh" and the like, ARGS=--help
	@mkdir -p .local && chmod 700 .local
	go build -o .local/leasehold ./infra/local # not go run, which calls a Ctrl-C an error
	exec .local/leasehold $(ARGS)

.PHONY: console
console: functions/console/dist/index.html functions/description-get/dist/index.html ## build the web pages into the sources of the binaries that serve them

sources = $(shell find $(1)/src $(1)/public $(1)/*.* -type f 2>/dev/null)
functions/console/dist/index.html: $(call sources,$(web)) pkg/api/openapi.yaml
functions/description-get/dist/index.html: $(call sources,$(docs)) $(web)/publish.mjs $(web)/src/mark.svg
functions/%/dist/index.html:
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer from https://nodejs.org" >&2; exit 1; }
	echo "building the web page of functions/$*"
	cd functions/$*/web
	$(npm) ci >/dev/null
	npm run --silent build >dist.log || { cat dist.log >&2; exit 1; } # what the compiler says goes to standard output
	rm dist.log
	touch ../dist/index.html

.PHONY: test
test: console ## test all of it; ends with go test's summary
	@# -count=1: go does not know that tests build the functions, and would report an earlier result after a change there
	@go test -count=1 -timeout 20m ./...

.PHONY: test-dynamodb-local
test-dynamodb-local: ## run what touches the table on AWS's own DynamoDB Local; needs Java 17 and Maven
	@go run ./infra/verify/dynamodblocal -- go test -count=1 ./infra/verify/engines ./pkg/table/... ./pkg/endpoint ./functions/authorizer ./functions/lease-sweep

.PHONY: lighthouse
lighthouse: console ## have Lighthouse judge the console
	@go run ./infra/verify/console/lighthouse

.PHONY: interactions
interactions: console ## time what people do in the console, with 3,002 people and 10,000 audit events; a few minutes
	@go run ./infra/verify/console/interactions

.PHONY: check
check: lint console-lint ## lint, vulnerabilities, generated files, descriptions, templates, clients, races
	@$(MAKE) vulnerabilities generated openapi-lint
	sh infra/stack/deploy/tools.sh # once, for both of the next ones
	$(MAKE) -j2 --output-sync=target template-lint same-binaries
	$(MAKE) binaries
	$(MAKE) clients ARGS="--fuzz 1m"
	CGO_ENABLED=1 go test -race -timeout 20m ./pkg/... ./functions/...

.PHONY: lint
lint: console $(golangci) ## check the format of the Go code and lint it
	@unformatted=$$(gofmt -l functions infra pkg)
	[ -z "$$unformatted" ] || { echo "gofmt these: $$unformatted" >&2; exit 1; }
	# ./... leaves out the programs in testdata, so they are listed.
	$(golangci) run ./... $$(git ls-files '*/testdata/*.go' | xargs -n1 dirname | sort -u | sed 's|^|./|')

# Its module is separate because its dependencies would raise the versions that the other tools build with.
$(golangci):
	@echo "building golangci-lint $(golangci_version); this takes a few minutes"
	mkdir -p $(@D) && chmod 700 .local
	go build -C infra/verify/tools/golangci -trimpath -ldflags "-s -w" -o $(CURDIR)/$@ \
		github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: console-lint
console-lint: $(web)/node_modules/.package-lock.json $(docs)/node_modules/.package-lock.json $(browser)/node_modules/.package-lock.json ## lint the console
	@for package in $(web) $(docs) $(browser); do
		npm --prefix $$package run --silent lint
		npm --prefix $$package run --silent format:check
	done

# npm writes this file at the end of an installation.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	@$(npm) --prefix $* ci >/dev/null
	touch $@

.PHONY: vulnerabilities
vulnerabilities:
	@if curl --silent --fail --head --max-time 10 https://vuln.go.dev/index/db.json >/dev/null; then
		$(tool) govulncheck ./...
	else
		echo "govulncheck was left out: the vulnerability database at vuln.go.dev cannot be reached from here"
	fi

.PHONY: generate
generate: ## generate Go types and the Go client from pkg/api/openapi.yaml
	@go generate ./...

.PHONY: generated
generated:
	@go mod tidy -diff
	before=$$(git status --porcelain -- '*.gen.go'; git diff -- '*.gen.go' | sha256sum)
	go generate ./...
	after=$$(git status --porcelain -- '*.gen.go'; git diff -- '*.gen.go' | sha256sum)
	[ "$$before" = "$$after" ] || { echo "generated files were not up to date: commit what make generate wrote" >&2; exit 1; }

.PHONY: openapi-lint
openapi-lint:
	@$(npm) --prefix pkg/api/codegen ci >/dev/null
	npm --prefix pkg/api/codegen run --silent lint

.PHONY: template-lint
template-lint:
	@sh infra/stack/deploy/lint.sh

.PHONY: bench
bench: ## print start-up and speed figures; ARGS=--peers, --scale or "--against REVISION" compares; --write keeps them
	@case "$(ARGS)" in *--peers*) $(MAKE) peers ;; esac
	go run ./infra/measure/bench $(ARGS)

# What the authorizer is compared with: needs Node.js 20 and Python 3.10, or newer ones.
peers = infra/measure/bench/peers
.PHONY: peers
peers: $(peers)/node/node_modules/.package-lock.json $(peers)/better-auth/node_modules/.package-lock.json $(peers)/python/.venv/installed
	@npm --prefix $(peers)/node run --silent build

$(peers)/python/.venv/installed: $(peers)/python/requirements.txt
	@python3 -m venv $(peers)/python/.venv
	$(peers)/python/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: soak
soak: console ## load the whole system while things fail, then check all that is stored; 30 minutes, or ARGS="--minutes 3"
	@go run ./infra/measure/soak $(ARGS)

.PHONY: rehearse
rehearse: console ## deploy the built stack to a stand-in for AWS and check it from outside
	@go run ./infra/verify/rehearse

.PHONY: deploy
deploy: console ## deploy to AWS: ARGS="--stack prod --yes" and the like, ARGS=--help
	@sh infra/stack/deploy/deploy.sh deploy $(ARGS)

.PHONY: status
status: ## say what is deployed: version, parameters, drift, alarms, last runs of the jobs; ARGS="--stack prod"
	@sh infra/stack/deploy/deploy.sh status $(ARGS)

.PHONY: verify-deployed
verify-deployed: ## check a deployed stack from outside; ARGS="--stack prod", or ARGS="--api http://127.0.0.1:3000/v1"
	@sh infra/stack/deploy/verify.sh $(ARGS)

.PHONY: same-binaries
same-binaries: console
	@go run ./infra/verify/samebinaries

.PHONY: binaries
binaries: console ## compare the sizes and initialization of the binaries with the committed ones; ARGS=--update writes them
	@go run ./infra/measure/binaries $(ARGS)

.PHONY: clients
clients: console ## use clients of other projects' generators; ARGS="--fuzz 1m" also runs schemathesis
	@go run ./infra/verify/clients $(ARGS)

.PHONY: build
build: console ## build what is deployed, with the SAM CLI, into .aws-sam/build
	@sh infra/stack/deploy/build.sh

.PHONY: clean
clean: ## remove everything that the other targets made
	@rm -rf .local .aws-sam functions/*/dist/assets functions/*/dist/*.* functions/*/source-maps
	find . -name node_modules -type d -prune -exec rm -rf {} +
