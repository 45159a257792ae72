package dynamoproxy

import "testing"

func TestCapacityIsRequestedUnlessTheCallerDoes(t *testing.T) {
	for body, want := range map[string]string{
		`{"TableName":"t","Key":{}}`: `{"ReturnConsumedCapacity":"INDEXES","TableName":"t","Key":{}}`,
		"{\n}":                       "{\"ReturnConsumedCapacity\":\"INDEXES\"\n}",
		`{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}`: `{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}`,
		`{"ReturnConsumedCapacity":"NONE","TableName":"t"}`:  `{"ReturnConsumedCapacity":"INDEXES","TableName":"t"}`,
		`{"Key":{"ReturnConsumedCapacity":{"S":"x"}}}`:       `{"Key":{"ReturnConsumedCapacity":{"S":"x"}},"ReturnConsumedCapacity":"INDEXES"}`,
		`[]`:  `[]`,
		`{"a`: `{"ReturnConsumedCapacity":"INDEXES","a`,
	} {
		if got := string(withCapacity("GetItem", []byte(body))); got != want {
			t.Errorf("%s became %s, want %s", body, got, want)
		}
	}

	if got := string(withCapacity("ListTables", []byte(`{}`))); got != `{}` {
		t.Errorf("a request that consumes no capacity became %s", got)
	}
}

func TestCapacityIsReadFromEveryAnswer(t *testing.T) {
	for answer, want := range map[string]float64{
		`{"Item":{},"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.5}}`:                                      1.5,
		`{"ConsumedCapacity":[{"CapacityUnits":1},{"CapacityUnits":2.5}],"Responses":{}}`:                           3.5,
		"{\"ConsumedCapacity\" : {\"CapacityUnits\" : 2}}":                                                          2,
		`{"Item":{"ConsumedCapacity":{"S":"x"}},"ConsumedCapacity":{"CapacityUnits":0.5}}`:                          0.5,
		`{"Item":{"PK":{"S":"\"ConsumedCapacity\":{\"CapacityUnits\":9}"}},"ConsumedCapacity":{"CapacityUnits":1}}`: 1,
		`{"Item":{"ConsumedCapacity":{"N":"7"}}}`:                                                                   0,
		`{"ConsumedCapacity":`: 0,
		`{}`:                   0,
		``:                     0,
	} {
		if got := consumed([]byte(answer)); got != want {
			t.Errorf("%s consumed %g units, want %g", answer, got, want)
		}
	}
}

func TestTheSignerIsReadFromTheAccessKey(t *testing.T) {
	type signer struct {
		name       string
		isFunction bool
	}

	for authorization, want := range map[string]signer{
		"AWS4-HMAC-SHA256 Credential=LOCALme-get/20261128/us-east-1/dynamodb/aws4_request, Signature=0": {"me-get", true},
		"AWS4-HMAC-SHA256 Credential=AKIA/20261128/us-east-1/dynamodb/aws4_request, Signature=0":        {"AKIA", false},
		"AWS4-HMAC-SHA256 Credential=LOCAL/20261128/us-east-1/dynamodb/aws4_request, Signature=0":       {"", false},
		"AWS4-HMAC-SHA256 Credential=LOCALme-get, Signature=0/":                                         {"", false},
		"Bearer token": {"", false},
		"":             {"", false},
	} {
		if name, isFunction := Signer(authorization); name != want.name || isFunction != want.isFunction {
			t.Errorf("%q is signed by %q, a function: %v, want %+v", authorization, name, isFunction, want)
		}
	}
}
