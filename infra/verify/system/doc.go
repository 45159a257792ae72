// Package system tests the whole system from outside: each file of testdata is a script that talks to its own running
// system, made of the very binaries that would be deployed, the gateway that template.yaml describes, a real engine and a
// real sign-in. Every answer is validated against pkg/api/openapi.yaml, and every answer that the description lists for an
// operation must be seen in at least one script. The scripts of testdata/examples have the APIs of infra/stack/examples beside it.
//
// A script is a testscript (github.com/rogpeppe/go-internal/testscript). Its commands, besides the built-in ones:
//
//	signin ADA ada@example.com       sign in; sets $ADA (session token), $ADA_ID (user id); ! expects a refusal;
//	                                 a third argument is the address that the person had before
//	organization ACME ADA 'Acme'     create one as $ADA; sets $ACME (organization id)
//	pat CI ADA ACME                  create a token; sets $CI (secret), $CI_ID (token id)
//	member EVE ADA ACME eve@example.com creator
//	                                 invite with a role as $ADA, sign in; sets $EVE and $EVE_ID
//	as ADA                           whose token the following calls carry; "as nobody": none; "as -": the text $TOKEN
//	header Name 'value'              a header for the next call only
//	call GET /me                     a request to the API; further arguments are the body: JSON as one argument
//	beside http-api GET /orders      a request to the API of infra/stack/examples/http-api.yaml
//	status 200                       the status of the last answer
//	problem lease-lapsed             the last answer is this problem
//	answer-header Name 'regexp'      a header of the last answer; ! expects none that matches
//	json path 'value'                a value in the last answer: dots and indexes, as in items.0.id; length counts a list
//	! json path                      there is no such value
//	save NAME path                   set $NAME to a value in the last answer
//	save-header NAME Name            set $NAME to a header of the last answer
//	same-time path $A +336h          a time in the last answer equals another plus a duration, to the second
//	age 360h                         move all stored times back
//	sweep                            run the scheduled functions now; their answers become the last answer
//	requests authorizer 1            DynamoDB requests of a function since "requests reset"
//	read-units, write-units          the same for consumed capacity
//	lose FUNCTION Operation          the next such DynamoDB call is stored but its reply is lost, on all attempts
//	refuse FUNCTION Operation        the next such DynamoDB call is refused before it is stored, on all attempts
//	restore                          end lose, refuse and down
//	down                             DynamoDB cannot be reached
//	mail someone@example.com 'regexp'  a mail to this address matches; sets $LINK to the last link in it
package system
