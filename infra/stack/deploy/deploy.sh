#!/bin/sh
# From a built service to a URL. The first time it asks for what the template's parameters need (the answers are kept in
# samconfig.toml), and deploys twice, because the console's address, which the sign-in page and the mails must know, is
# only known after the first time. Later it deploys what changed. Options go to `sam deploy`.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"

aws sts get-caller-identity >/dev/null || {
	echo "No AWS account to deploy to: run 'aws configure' (or 'aws sso login') with $venv/bin/aws first." >&2
	exit 1
}
[ -f functions/console/dist/index.html ] || {
	echo "The console's page is not built: run 'make console' first." >&2
	exit 1
}
sh infra/stack/deploy/build.sh

if grep -q '^parameter_overrides' samconfig.toml; then
	sam deploy "$@"
else
	sam deploy --guided "$@"
fi

# What is written last in samconfig.toml holds: the answers stand behind the defaults.
setting() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" samconfig.toml | tail -n 1; }
stack=$(setting stack_name)
region=$(setting region)
export AWS_REGION="${region:-${AWS_REGION:-$(aws configure get region)}}"
describe() { aws cloudformation describe-stacks --stack-name "$stack" --output text --query "$1"; }
output() { describe "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"; }

console=$(output ConsoleUrl)
if [ -z "$(describe "Stacks[0].Parameters[?ParameterKey=='ConsoleUrl'].ParameterValue")" ]; then
	echo "Telling sign-in and mails that the console is at $console ..."
	sed -i.before "s|ConsoleUrl=\\\\\"\\\\\"|ConsoleUrl=\\\\\"$console\\\\\"|" samconfig.toml
	grep -q "ConsoleUrl=.*$console" samconfig.toml || {
		echo "Put ConsoleUrl=$console into parameter_overrides in samconfig.toml, and deploy again." >&2
		exit 1
	}
	rm -f samconfig.toml.before
	sam deploy --no-confirm-changeset "$@"
fi
echo
echo "API        $(output Url)"
echo "Console    $console"
echo "Dashboard  $(output DashboardUrl)"
