package main

import (
	"context"
	"fmt"
	"strings"
)

// consoleParameter is the parameter with the console's address.
const consoleParameter = "ConsoleUrl"

// consoleAddress returns the address at which the console is deployed with values, or "" if it is not known yet, because
// the API does not exist. api is the API's ID.
func (d *deployment) consoleAddress(values map[string]string, api string) string {
	switch {
	case values["DomainName"] != "":
		return "https://" + values["DomainName"] + "/" + values["StageName"] + "/console"
	case api != "":
		return "https://" + api + ".execute-api." + d.Region + "." + d.URLSuffix() + "/" + values["StageName"] + "/console"
	default:
		return ""
	}
}

// followConsole sets the console's address in values if this command or an earlier release chose the present one. It keeps
// an address that somebody else chose, such as that of a proxy. before are the stack's values; api is the API's ID.
func (d *deployment) followConsole(values, before map[string]string, api string) {
	present := values[consoleParameter]
	chosen := present == "" ||
		present == before[consoleParameter] && present == d.consoleAddress(before, api) ||
		strings.Contains(present, ".execute-api."+d.Region+".")

	if chosen {
		values[consoleParameter] = d.consoleAddress(values, api)
		return
	}

	if address := d.consoleAddress(values, api); address != present {
		fmt.Fprintf(d.out, "Mails and sign-in use %s, as ConsoleUrl says. Set ConsoleUrl= to use the address of the API.\n", present)
	}
}

// reservedWords are the words that Cognito rejects in the prefix of a sign-in address.
var reservedWords = []string{"aws", "amazon", "cognito"}

// checkSignIn returns an error if Cognito can't create the sign-in address: because of its name, or because another user
// pool of this account has it.
func (d *deployment) checkSignIn(ctx context.Context, values map[string]string, ownPool string) error {
	if values["OidcIssuer"] != "" {
		return nil
	}

	prefix, from := values["SignInDomainPrefix"], "SignInDomainPrefix"
	if prefix == "" {
		prefix, from = d.stack+"-"+d.accountID, "the stack name"
	}

	for _, word := range reservedWords {
		if strings.Contains(prefix, word) {
			return fmt.Errorf("%s contains %q, which Cognito rejects in a sign-in address. "+
				"Set SignInDomainPrefix to another prefix, such as auth-%s", from, word, d.accountID)
		}
	}

	if len(prefix) > 63 {
		return fmt.Errorf("the prefix of the sign-in address, %s, has more than 63 characters. Set SignInDomainPrefix", prefix)
	}

	var taken struct {
		DomainDescription struct{ UserPoolID string }
	}
	if err := d.Ask(ctx, &taken, "cognito-idp", "describe-user-pool-domain", "--domain", prefix); err != nil {
		return fmt.Errorf("look for the sign-in address: %w", err)
	}

	if pool := taken.DomainDescription.UserPoolID; pool != "" && pool != ownPool {
		return fmt.Errorf("the user pool %s already has the sign-in address %s. Set SignInDomainPrefix to another prefix, "+
			"or remove that address: aws cognito-idp delete-user-pool-domain --user-pool-id %s --domain %s",
			pool, prefix, pool, prefix)
	}

	return nil
}
