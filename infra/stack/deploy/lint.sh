#!/bin/sh
# Checks every template with AWS's tools: `sam validate --lint`, cfn-lint on the sources, the examples, and the
# translated output, the number of resources in a stack, which parameters publish a version of the authorizer, and
# whether the role of the example workflow may do what CloudFormation requires.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-central-1}"
translated=$(mktemp -d)
trap 'rm -rf "$translated"' EXIT

templates="template.yaml infra/stack/data.yaml infra/stack/identity-provider.yaml infra/stack/observability.yaml infra/stack/domain.yaml infra/stack/firewall.yaml infra/stack/events.yaml"
examples=$(ls infra/stack/examples/*.yaml)
for template in template.yaml $examples; do
	sam validate --lint --template "$template"
	python "$root/infra/stack/deploy/translate.py" "$template" "$translated/$(basename "$template" .yaml).json"
done
role=infra/stack/examples/deploy-role.yml
receivers=$(ls infra/stack/examples/events-*.yml)
cfn-lint --non-zero-exit-code informational $templates $examples $receivers $role
# The translator replaces parameters by their values, so W2001 (unused parameter) and W1020 (Fn::Sub without a
# variable) do not apply to its output.
cfn-lint --non-zero-exit-code informational --ignore-checks W2001,W1020 -- "$translated"/*.json
echo "cfn-lint: no findings"
python infra/stack/deploy/versions.py
python infra/stack/deploy/policy.py "$role" "$translated/template.json" ${templates#template.yaml }
