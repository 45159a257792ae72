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
