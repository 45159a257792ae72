package template

// hints say what to do about a property that the emulator can't honor.
var hints = map[string]string{
	"ApiKeyRequired":                 apiKeys,
	"ApiKeySourceType":               apiKeys,
	"UsagePlan":                      apiKeys,
	"DefinitionUri":                  "give the document as DefinitionBody, with Fn::Transform and AWS::Include for a local file",
	"AuthorizationScopes":            leasehold,
	"IdentitySource":                 leasehold,
	"JwtConfiguration":               leasehold,
	"UserPoolArn":                    leasehold,
	"AuthorizerPayloadFormatVersion": "remove it: only authorizers of HTTP APIs have it",
	"EnableIamAuthorizer":            leasehold,
	"ResourcePolicy":                 "remove it from a copy of the template: all callers have the address of this machine",
	"ResponseTransferMode":           "remove it from a copy of the template: the response then comes in one piece",
	"ValidateBody":                   validation,
	"ValidateParameters":             validation,

	"responseTransferMode":                  "remove it from a copy of the template: the response then comes in one piece",
	"security":                              "write security in each operation",
	"x-amazon-apigateway-api-key-source":    apiKeys,
	"x-amazon-apigateway-auth":              leasehold,
	"x-amazon-apigateway-policy":            "remove it from a copy of the template: all callers have the address of this machine",
	"x-amazon-apigateway-request-validator": validation,
}

const (
	apiKeys    = "remove it from a copy of the template: there are no API keys here"
	leasehold  = "replace the authorizer by one with the FunctionArn of Leasehold's, as in infra/stack/examples"
	validation = "remove it from a copy of the template: requests are not validated here"
)

// hint returns what to do about a property that the emulator can't honor.
func hint(property string) string {
	if known := hints[property]; known != "" {
		return known
	}
	return "remove it from a copy of the template to try the rest"
}
