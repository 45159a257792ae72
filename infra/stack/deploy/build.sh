#!/bin/sh
# Builds what is deployed, into .aws-sam/build, or into the directory given as --build-dir; any options go to `sam build`.
# SAM's Go builder knows no flags, so they come by GOFLAGS: the same that every other build of the functions uses.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
export CGO_ENABLED=0 GOFLAGS="-tags=lambda.norpc -trimpath -buildvcs=false '-ldflags=-s -w'"
exec sam build "$@"
