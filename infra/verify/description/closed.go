package description

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// CloseResponses changes the description in memory so that an object in a response may only have the properties that its
// schema lists. Timestamps must be in the form that the API writes. The published description promises less, so that
// generated clients accept what a later version adds.
//
// A composed schema (allOf) becomes one object with the properties of its parts.
func (d *Description) CloseResponses() {
	c := closer{closed: map[*openapi3.Schema]*openapi3.SchemaRef{}}
	for _, operation := range d.Operations {
		for _, response := range operation.Responses.Map() {
			for _, media := range response.Value.Content {
				media.Schema = c.close(media.Schema)
			}
		}
	}
}

// closer holds the closed copies of schemas, so that a schema that refers to itself is copied once. Requests keep the
// original schemas.
type closer struct {
	closed map[*openapi3.Schema]*openapi3.SchemaRef
}

func (c closer) close(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil || ref.Value == nil {
		return ref
	}

	if done := c.closed[ref.Value]; done != nil {
		return done
	}

	schema := merged(ref.Value)
	done := &openapi3.SchemaRef{Value: &schema}
	c.closed[ref.Value] = done

	if schema.Format == "date-time" {
		schema.Pattern = timestampPattern
	}

	if schema.Type.Is("object") && schema.AdditionalProperties.Schema == nil {
		closed := false
		schema.AdditionalProperties.Has = &closed
	}

	for name, property := range schema.Properties {
		schema.Properties[name] = c.close(property)
	}

	schema.Items = c.close(schema.Items)
	return done
}

// timestampPattern matches RFC 3339 in UTC and whole seconds. The published schema Timestamp has no pattern, because some
// generated clients match it against the time that they have parsed already.
const timestampPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`

// merged returns a copy of a schema in which the parts of allOf are merged into it.
func merged(schema *openapi3.Schema) openapi3.Schema {
	result := *schema
	result.AllOf = nil
	result.Properties = maps.Clone(schema.Properties)
	result.Required = slices.Clone(schema.Required)

	for _, part := range schema.AllOf {
		inner := merged(part.Value)
		if result.Properties == nil {
			result.Properties = openapi3.Schemas{}
		}

		maps.Copy(result.Properties, inner.Properties)
		result.Required = append(result.Required, inner.Required...)
		if result.Type == nil {
			result.Type = inner.Type
		}
	}

	return result
}
