#!/bin/sh
# Builds the service into .aws-sam/build, or into the directory given by --build-dir. Passes all options to `sam build`.
# SAM's Go builder accepts no flags, so GOFLAGS sets them: the same flags as in every other build of the functions.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
export CGO_ENABLED=0 GOFLAGS="-tags=lambda.norpc -trimpath -buildvcs=false '-ldflags=-s -w'"
exec sam build "$@"
