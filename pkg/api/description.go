package api

import _ "embed"

// Description is the API's description, the text of openapi.yaml. Only functions that use it contain it.
//
//go:embed openapi.yaml
var Description string
