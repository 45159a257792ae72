#!/bin/sh
# Runs `go run ./infra/stack/deploy` with the AWS tools of infra/stack/deploy/requirements.txt. The first argument is the
# command: deploy or status.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
for page in console description-get; do
	[ "$1" != deploy ] || [ -f "functions/$page/dist/index.html" ] || {
		echo "The web page of functions/$page is not built. Run 'make console' first." >&2
		exit 1
	}
done
exec go run ./infra/stack/deploy "$@"
