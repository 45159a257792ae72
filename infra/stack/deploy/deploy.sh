#!/bin/sh
# Runs `go run ./infra/stack/deploy` with the AWS tools of infra/stack/deploy/requirements.txt. The first argument is the
# command: deploy or status.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
[ "$1" != deploy ] || [ -f functions/console/dist/index.html ] || {
	echo "The console is not built. Run 'make console' first." >&2
	exit 1
}
exec go run ./infra/stack/deploy "$@"
