#!/bin/sh
# Installs the tools of infra/stack/deploy/requirements.txt into .local/venv, once per version of that file. Other
# scripts source this file for the variables that it sets.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
venv=$root/.local/venv
export PATH="$venv/bin:$PATH" SAM_CLI_TELEMETRY=0 AWS_PAGER="" PIP_DISABLE_PIP_VERSION_CHECK=1

if ! cmp -s "$root/infra/stack/deploy/requirements.txt" "$venv/installed.txt"; then
	echo "Installing the AWS tools into .local/venv (about 600 MB, a minute or two) ..." >&2
	mkdir -p "$root/.local" && chmod 700 "$root/.local"
	python3 -m venv "$venv" || {
		echo "The AWS tools require Python 3.10 or newer with its venv module. Install python3 and python3-venv." >&2
		exit 1
	}
	"$venv/bin/pip" install --quiet --require-hashes --no-deps --only-binary :all: \
		--requirement "$root/infra/stack/deploy/requirements.txt" || {
		echo "Could not install the AWS tools of infra/stack/deploy/requirements.txt. See pip's message above." >&2
		exit 1
	}
	cp "$root/infra/stack/deploy/requirements.txt" "$venv/installed.txt"
fi
