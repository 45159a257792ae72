#!/bin/sh
# Checks a deployed stack from outside, with the AWS tools of infra/stack/deploy/requirements.txt. An API on this machine needs
# no AWS tools.
set -eu
case " $* " in
*" --api"*) ;;
*) . "$(dirname "$0")/tools.sh" ;;
esac
cd "$(dirname "$0")/../../.."
exec go run ./infra/verify/deployed/run "$@"
