#!/bin/sh
# Builds and deploys the service, and prints its URLs. Passes all options to `sam deploy`.
#
# The first time, it asks for the template's parameters and stores the answers in samconfig.toml. It then deploys twice,
# because sign-in and invitation emails need the console's address, which exists only after the first deployment. Later
# runs deploy the changes.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"

aws sts get-caller-identity >/dev/null || {
	echo "You are not logged in to AWS. Run 'aws configure' or 'aws sso login' with $venv/bin/aws first." >&2
	exit 1
}
[ -f functions/console/dist/index.html ] || {
	echo "The console is not built. Run 'make console' first." >&2
	exit 1
}
sh infra/stack/deploy/build.sh

if grep -q '^parameter_overrides' samconfig.toml; then
	sam deploy "$@"
else
	sam deploy --guided "$@"
fi

# sam appends the answers to samconfig.toml, so the last value of a setting applies.
setting() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" samconfig.toml | tail -n 1; }
stack=$(setting stack_name)
region=$(setting region)
export AWS_REGION="${region:-${AWS_REGION:-$(aws configure get region)}}"
describe() { aws cloudformation describe-stacks --stack-name "$stack" --output text --query "$1"; }
output() { describe "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"; }

console=$(output ConsoleUrl)
if [ -z "$(describe "Stacks[0].Parameters[?ParameterKey=='ConsoleUrl'].ParameterValue")" ]; then
	echo "Setting the console's address for sign-in and invitations to $console ..."
	sed -i.before "s|ConsoleUrl=\\\\\"\\\\\"|ConsoleUrl=\\\\\"$console\\\\\"|" samconfig.toml
	grep -q "ConsoleUrl=.*$console" samconfig.toml || {
		echo "Add ConsoleUrl=$console to parameter_overrides in samconfig.toml, then deploy again." >&2
		exit 1
	}
	rm -f samconfig.toml.before
	sam deploy --no-confirm-changeset "$@"
fi
echo
echo "API        $(output Url)"
echo "Console    $console"
echo "Dashboard  $(output DashboardUrl)"
