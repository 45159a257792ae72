package main

import (
	"context"
	"fmt"
	"strings"
)

// consoleParameter is the parameter with the console's address.
const consoleParameter = "ConsoleUrl"

// consoleAddress returns the value of ConsoleUrl that fits other values, or "" if it is not known yet, because the API does
// not exist. If the execute-api address is kept next to a domain, sign-in must be allowed there, too. api is the API's ID.
func (d *deployment) consoleAddress(values map[string]string, api string) string {
	keeps := values["KeepExecuteApiEndpoint"] == "true" && api != ""
	switch {
	case values["DomainName"] != "" && !keeps:
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
		fmt.Fprintf(d.out, "Emails and sign-in use %s, as ConsoleUrl says. Set ConsoleUrl= to use the address of the API.\n", present)
	}
}

// keepSignIn sets SignInDomainPrefix if the stack's own pool has the sign-in address that was the default of earlier releases.
// A pool has one address only, so that an update to the present default would fail. ownPool is the stack's pool; "" for none.
func (d *deployment) keepSignIn(ctx context.Context, values map[string]string, ownPool string) error {
	if values["SignInDomainPrefix"] != "" || values["OidcIssuer"] != "" || ownPool == "" {
		return nil
	}

	former := d.stack + "-" + d.accountID
	pool, err := d.poolOf(ctx, former)
	if err != nil || pool != ownPool {
		return err
	}

	values["SignInDomainPrefix"] = former
	fmt.Fprintf(d.out, "SignInDomainPrefix is now %s, the sign-in address that the user pool has.\n", former)

	return nil
}

// poolOf returns the user pool that has a sign-in address; "" if none in this region does.
func (d *deployment) poolOf(ctx context.Context, prefix string) (string, error) {
	var taken struct {
		DomainDescription struct{ UserPoolID string }
	}
	if err := d.Ask(ctx, &taken, "cognito-idp", "describe-user-pool-domain", "--domain", prefix); err != nil {
		return "", fmt.Errorf("look for the sign-in address: %w", err)
	}

	return taken.DomainDescription.UserPoolID, nil
}

// reservedWords are the words that Cognito rejects in the prefix of a sign-in address.
var reservedWords = []string{"aws", "amazon", "cognito"}

// checkSignIn returns an error if Cognito can't create the sign-in address of SignInDomainPrefix: because of its words, or
// because another user pool of this account has it. ownPool is the stack's pool; "" for none.
func (d *deployment) checkSignIn(ctx context.Context, values map[string]string, ownPool string) error {
	prefix := values["SignInDomainPrefix"]
	if prefix == "" || values["OidcIssuer"] != "" {
		return nil
	}

	for _, word := range reservedWords {
		if strings.Contains(prefix, word) {
			return fmt.Errorf("SignInDomainPrefix contains %q, which Cognito rejects. Use another prefix, such as auth-%s",
				word, d.accountID)
		}
	}

	pool, err := d.poolOf(ctx, prefix)
	if err != nil {
		return err
	}

	if pool != "" && pool != ownPool {
		return fmt.Errorf("the user pool %s already has the sign-in address %s. Set SignInDomainPrefix to another prefix, "+
			"or remove that address: aws cognito-idp delete-user-pool-domain --user-pool-id %s --domain %s",
			pool, prefix, pool, prefix)
	}

	return nil
}
