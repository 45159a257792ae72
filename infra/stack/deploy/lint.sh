#!/bin/sh
# Has AWS's own tools judge every template: `sam validate --lint`, cfn-lint on the sources, on the examples and on the
# translated output, the number of resources in a stack.
set -eu
. "$(dirname "$0")/tools.sh"
cd "$root"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-central-1}"
translated=$(mktemp -d)
trap 'rm -rf "$translated"' EXIT

templates="template.yaml infra/stack/data.yaml infra/stack/identity-provider.yaml infra/stack/observability.yaml infra/stack/domain.yaml"
examples=$(ls infra/stack/examples/*.yaml)
for template in template.yaml $examples; do
	sam validate --lint --template "$template"
	python "$root/infra/stack/deploy/translate.py" "$template" "$translated/$(basename "$template" .yaml).json"
done
cfn-lint --non-zero-exit-code informational $templates $examples
# The translator puts parameters' values in place, which leaves parameters unused and substitutions empty.
cfn-lint --non-zero-exit-code informational --ignore-checks W2001,W1020 -- "$translated"/*.json
echo "cfn-lint: no findings"
