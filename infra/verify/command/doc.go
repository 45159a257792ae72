// Package command tests the command leasehold, and the code in docs/client.md and docs/command.md. It holds tests only.
//
// Each file of testdata is a script (github.com/rogpeppe/go-internal/testscript) that runs the built command against
// one local runner. All scripts share the runner, so each uses other people and organizations. A script has these
// commands in addition to the built-in ones.
//
//	session ADA ada@example.com      signs a person in and sets $ADA to the secret of the session
//	organization ACME ADA Acme       creates an organization as $ADA and sets $ACME to its ID
//	exits 1 token list               runs leasehold with the arguments that follow, and expects this exit code
//	keep NAME                        sets $NAME to the standard output of the last command
//	keep NAME 'regexp (group)'       sets $NAME to the group in the standard output of the last command
//	mode session.json 600            checks the permissions of a file
//	start NAME audit --follow        starts leasehold with arguments
//	shows NAME 'regexp'              waits until it prints a line that matches; a group becomes $NAME
//	interrupt NAME                   interrupts it, and expects exit code 0
//	ends NAME                        waits for it to end, and expects exit code 0
//	occupy                           listens on all ports of the sign-in until the script ends
//
// The program browser stands for a browser: it opens an address, signs in as $BROWSER_AS and follows the redirects. It
// stores the last page in $BROWSER_PAGE. With $BROWSER_FORGES it first sends a forged answer.
package command
