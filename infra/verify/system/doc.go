// Package system tests the whole system from outside. Each file of testdata is a script that talks to a running system of
// its own: the binaries that are deployed, the gateway that template.yaml describes, a real engine and a real sign-in.
//
// Every answer is validated against pkg/api/openapi.yaml, and every answer that the description lists for an operation must
// occur in at least one script. Every permission that a policy in template.yaml grants must be used. The scripts of
// testdata/examples run with the APIs of infra/stack/examples next to Leasehold, and those of testdata/cached with
// AuthorizerCacheSeconds = 60.
//
// At the end of a script, each entry of the audit log must have exactly one event that the schema of its action accepts, and
// there must be no other events. The pipe and the receiver of the events are down for a while in each script.
//
// At the end of a script, the table also keeps every rule of infra/verify/invariants, except those that the script declares
// with "breaks".
//
// Three tests go beyond single scripts. TestAccess sends every request of the description with every kind of credential.
// TestAStrangerCannotTellNorChangeWhoHasAnAddress runs random sequences of what an organization can do about an address.
// TestEveryMutationIsDoneOnceThoughItsReplyIsLost repeats every change after a fault.
//
// A script is a testscript (github.com/rogpeppe/go-internal/testscript). It has these commands in addition to the
// built-in ones. A command that calls something keeps its answer for the commands that check "the last answer".
//
// People, organizations and tokens:
//
//	signin ADA ada@example.com       signs a person in and sets $ADA to the session token and $ADA_ID to the user ID;
//	                                 a third argument is the address that the person had before;
//	                                 "! signin" expects a refusal, which becomes the last answer; $ADA_SESSION is the ID
//	                                 of the session
//	issuer-signout ADA               signs the person out at the issuer, with the ID token of "signin ADA"
//	idtoken GIVEN ada@example.com    gets an ID token and makes no session; sets $GIVEN to the token and $GIVEN_NONCE
//	logout-token GONE ADA            sets $GONE to a logout token for the session at the issuer of "signin ADA"
//	organization ACME ADA 'Acme'     creates an organization as $ADA and sets $ACME to its ID
//	pat CI ADA ACME                  creates a personal access token of $ADA and sets $CI to its text and $CI_ID to its ID
//	derive JOB CI 1h members:view    derives a token from $CI that expires after a duration and has the scopes that follow, or
//	                                 all of the parent's, and sets $JOB to its text
//	member EVE ADA ACME eve@example.com creator
//	                                 invites a person with a role as $ADA, signs them in, accepts for them, and sets $EVE
//	                                 and $EVE_ID
//	invited-earlier EVE ACME eve@example.com user
//	                                 stores an invitation of $EVE_ID as the previous release did
//	pat-earlier OLD ADA ACME         creates a personal access token as the previous release stored it
//	counted ACME solution_count 999  sets a count of an organization, as if it had as many
//	placeholder GHOST ghost@example.com
//	                                 stores the profile that the previous release made for an invited address, and sets
//	                                 $GHOST_ID
//
// Requests:
//
//	as ADA                           sends $ADA as the bearer token from here on; "as nobody" sends none, and "as -" sends
//	                                 the text of $TOKEN
//	header Name 'value'              adds a header to the next request only
//	call GET /me                     sends a request to the API; a third argument is the JSON body
//	form /path name=value            sends a form without credentials
//	repeat 100 POST /me/tokens       sends a request that often; each must succeed
//	call-example http-api GET /organizations/$ACME/orders
//	                                 sends a request to the API of infra/stack/examples/http-api.yaml
//
// Checks of the last answer:
//
//	status 200                       has this status
//	problem lease-lapsed             is the problem of this name
//	answer-header Name 'regexp'      has a header that matches; "! answer-header" expects none that does
//	json path 'value'                has this value at a path such as items.0.id; "length" counts a list
//	! json path                      has no value at the path
//	same-time path $A +336h          has a time at the path that is $A plus a duration, to the second
//	save NAME path                   sets $NAME to the value at the path
//	save-header NAME Name            sets $NAME to a header
//
// Time, cost and faults:
//
//	age 360h                         moves all stored times back by a duration
//	sweep                            runs the scheduled functions now; their results become the last answer
//	requests reset                   starts counting from zero
//	requests authorizer 1            checks the number of DynamoDB requests of a function, or of one operation of it:
//	                                 "requests authorizer UpdateItem 0"
//	read-units, write-units          check consumed capacity in the same way
//	lose FUNCTION Operation          stores the function's next such DynamoDB request and loses the reply, for all attempts
//	refuse FUNCTION Operation        refuses the next such request before it is stored, for all attempts; a third argument
//	                                 is the number of the first request that is refused, as in "refuse f PutItem 2"
//	down                             makes DynamoDB unreachable
//	restore                          ends lose, refuse and down
//	breaks audited                   declares rules of infra/verify/invariants that the table breaks at the end of the
//	                                 script, because it stores what no release stores
//
// Mail:
//
//	mail someone@example.com 'regexp'
//	                                 checks that a mail to the address matches, and sets $LINK to its last link
//	mails someone@example.com 'regexp' 2
//	                                 checks how many mails to the address match
package system
