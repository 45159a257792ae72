package template

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// properties reads the properties of one resource, with the defaults of Globals for its type. It keeps the first error;
// later reads return zero values.
type properties struct {
	document *document
	where    string
	global   string // the place of the defaults
	own      *yaml.Node
	globals  *yaml.Node
	err      error
}

func (d *document) properties(id, global string) *properties {
	return &properties{
		document: d,
		where:    "Resources." + id,
		global:   "Globals." + global,
		own:      child(d.resources[id], "Properties"),
		globals:  child(d.section("Globals"), global),
	}
}

// value returns a property as SAM merges it with Globals: it merges mappings, joins lists, and prefers the resource's
// scalar.
func (p *properties) value(name string) any {
	if p.err != nil {
		return nil
	}

	own, err := p.document.value(child(p.own, name), p.where+"."+name)
	if err != nil {
		p.err = err
		return nil
	}

	global, err := p.document.value(child(p.globals, name), p.global+"."+name)
	if err != nil {
		p.err = err
		return nil
	}

	return merge(global, own)
}

// names returns the properties that the resource or Globals gives.
func (p *properties) names() map[string]any {
	names := map[string]any{}
	for _, given := range []*yaml.Node{p.globals, p.own} {
		for name := range entries(given) {
			names[name] = nil
		}
	}

	return names
}

// merge combines a property of Globals with the resource's own.
func merge(global, own any) any {
	if _, absent := own.(noValue); own == nil || absent {
		if _, absent := global.(noValue); absent {
			return nil
		}
		return global
	}

	switch own := own.(type) {
	case map[string]any:
		base, ok := global.(map[string]any)
		if !ok {
			return own
		}

		merged := map[string]any{}
		maps.Copy(merged, base)

		for name, value := range own {
			merged[name] = merge(base[name], value)
		}

		return merged

	case []any:
		if base, ok := global.([]any); ok {
			return append(append([]any{}, base...), own...)
		}
	}

	return own
}

func (p *properties) text(name string) string { return p.asText(name, p.value(name)) }

func (p *properties) asText(name string, value any) string {
	if _, ok := value.(string); value != nil && !ok && p.err == nil {
		p.err = p.document.errorf(child(p.own, name), p.where+"."+name, "a string is needed here")
	}

	text, _ := value.(string)
	return text
}

// number returns an integer property, or fallback if it is absent.
func (p *properties) number(name string, value any, fallback int) int {
	text := p.asText(name, value)
	if text == "" || p.err != nil {
		return fallback
	}

	number, err := strconv.Atoi(text)
	if err != nil {
		p.err = p.document.errorf(child(p.own, name), p.where+"."+name, "%q is not a whole number", text)
	}

	return number
}

// milliseconds returns a duration that the template gives in milliseconds; 0 if it is absent.
func (p *properties) milliseconds(name string, value any) time.Duration {
	return time.Duration(p.number(name, value, 0)) * time.Millisecond
}

func (p *properties) mapping(name string) map[string]any { return asMapping(p.value(name)) }

func (p *properties) list(name string) []any { return asList(p.value(name)) }

// fail keeps an error at a property, unless there is one already. The place of a property that only Globals gives is there.
func (p *properties) fail(name, format string, arguments ...any) {
	if p.err != nil {
		return
	}

	node, where := child(p.own, name), p.where
	if inherited := child(p.globals, name); node == nil && inherited != nil {
		node, where = inherited, p.global
	}

	p.err = p.document.errorf(orOther(node, orOther(p.own, p.globals)), where+"."+name, format, arguments...)
}

func orOther(node, other *yaml.Node) *yaml.Node {
	if node == nil {
		return other
	}
	return node
}

func asMapping(value any) map[string]any {
	mapping, _ := value.(map[string]any)
	return mapping
}

// asList returns a list, or a single string as a list of one.
func asList(value any) []any {
	switch value := value.(type) {
	case []any:
		return value
	case string:
		return []any{value}
	}

	return nil
}

func texts(value any) []string {
	var all []string
	for _, item := range asList(value) {
		all = append(all, asText(item))
	}

	return all
}

func isTrue(value any) bool { return strings.EqualFold(asText(value), "true") }
