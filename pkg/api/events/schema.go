package events

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// SchemaBase begins the $id of every schema. The name of the file follows it.
const SchemaBase = "https://raw.githubusercontent.com/leasehold-dev/leasehold/main/pkg/api/events/schemas/"

// AnyFile is the name of the schema that every event fits.
const AnyFile = "event.json"

// SchemaFile returns the name of the schema of an action's events.
func SchemaFile(action identity.Action) string { return string(action) + ".json" }

// schema is a JSON schema, as far as it is used here.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Const       any                `json:"const,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Format      string             `json:"format,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Additional  *schema            `json:"additionalProperties,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Unique      bool               `json:"uniqueItems,omitempty"`
	OneOf       []*schema          `json:"oneOf,omitempty"`
}

// Schemas returns the schemas by the names of their files: one for each action, and AnyFile. Each ends with a newline.
// They allow further properties, because a later version may add some.
func Schemas() (map[string][]byte, error) {
	all := map[string]*schema{AnyFile: anyEvent()}
	for _, d := range definitions {
		all[SchemaFile(d.action)] = d.schema()
	}

	files := map[string][]byte{}
	for name, described := range all {
		described.Dialect, described.ID = "https://json-schema.org/draft/2020-12/schema", SchemaBase+name
		text, err := json.MarshalIndent(described, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("write the schema %s: %w", name, err)
		}

		files[name] = append(text, '\n')
	}

	return files, nil
}

func (f format) schema() *schema {
	return &schema{Type: "string", Pattern: f.pattern, Description: f.says}
}

// anyEvent returns the schema of what all events have in common.
func anyEvent() *schema {
	return &schema{
		Title:       "event",
		Description: "The detail of an event of Leasehold. The detail-type of the event is the action.",
		Type:        "object",
		Required:    []string{"version", "id", "time", "action", "actor", "target", "changed", "before", "after"},
		OneOf:       []*schema{{Required: []string{"organizationId"}}, {Required: []string{"userId"}}},
		Properties: map[string]*schema{
			"version":        {Const: Version, Description: "Version of the format."},
			"id":             eventID.schema(),
			"time":           {Type: "string", Format: "date-time", Description: "When it happened, to the second, in UTC."},
			"action":         {Type: "string", Pattern: word.pattern, Description: "What happened."},
			"organizationId": {Type: "string", Pattern: organizationID.pattern, Description: "The organization in whose audit log it is."},
			"userId":         {Type: "string", Pattern: userID.pattern, Description: "The person, if it concerns one person only."},
			"actor":          actorSchema(),
			"target":         targetSchema(&schema{Type: "string", Pattern: word.pattern}),
			"changed": {
				Type:        "array",
				Description: "Names of the fields that changed, also of those whose values are not part of the event.",
				Items:       &schema{Type: "string"},
				Unique:      true,
			},
			"before": valuesSchema("Values before the change.", nil),
			"after":  valuesSchema("Values after the change.", nil),
		},
	}
}

func actorSchema() *schema {
	return &schema{
		Type:        "object",
		Description: "Who made the change.",
		Properties: map[string]*schema{
			"kind": {
				Type:        "string",
				Pattern:     word.pattern,
				Description: "Kind of credential, or what acted without one: pat, session, derived, schedule, provider, finder.",
			},
			"id":           userID.schema(),
			"credentialId": credentialID.schema(),
		},
	}
}

func targetSchema(kind *schema) *schema {
	return &schema{
		Type:        "object",
		Description: "What was changed.",
		Required:    []string{"type", "id"},
		Properties:  map[string]*schema{"type": kind, "id": anyID.schema()},
	}
}

// valuesSchema describes the values of fields.
func valuesSchema(says string, of fields) *schema {
	described := &schema{Type: "object", Description: says, Additional: &schema{Type: "string"}}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if of[name].pattern == "" {
			continue
		}

		if described.Properties == nil {
			described.Properties = map[string]*schema{}
		}

		described.Properties[name] = of[name].schema()
	}

	return described
}

// schema describes the events of an action.
func (d definition) schema() *schema {
	described := anyEvent()
	described.Title, described.Description = string(d.action), d.says

	scope := "organizationId"
	if slices.Contains(identity.PersonalActions, d.action) {
		scope = "userId"
	}

	described.OneOf, described.Required = nil, append(described.Required, scope)
	described.Properties["action"].Const, described.Properties["action"].Pattern = string(d.action), ""
	described.Properties["target"] = targetSchema(&schema{Type: "string", Const: d.target})
	described.Properties["before"] = valuesSchema("Values before the change.", d.fields)
	described.Properties["after"] = valuesSchema("Values after the change.", d.fields)

	names := slices.Sorted(maps.Keys(d.fields))
	if len(names) > 0 {
		described.Properties["changed"].Description = "Fields that changed, of " + strings.Join(names, ", ") + "."
	}

	return described
}

// Markdown returns a table of the actions, their targets and their fields.
func Markdown() string {
	var out strings.Builder
	out.WriteString("| detail-type | when | target | values | only in `changed` |\n|---|---|---|---|---|\n")

	for _, d := range definitions {
		var given, only []string
		for _, name := range slices.Sorted(maps.Keys(d.fields)) {
			if d.fields[name].pattern == "" {
				only = append(only, "`"+name+"`")
			} else {
				given = append(given, "`"+name+"`")
			}
		}

		fmt.Fprintf(&out, "| [`%s`](../pkg/api/events/schemas/%s) | %s | %s | %s | %s |\n", d.action, SchemaFile(d.action), d.says,
			d.target, strings.Join(given, ", "), strings.Join(only, ", "))
	}

	return strings.ReplaceAll(out.String(), "|  |", "| |")
}
