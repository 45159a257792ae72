package template

// Resource is a resource of a stack or of one of its nested stacks.
type Resource struct {
	// Type is the type, such as AWS::DynamoDB::Table.
	Type string
	// Properties are the properties with all references resolved. Properties of Globals are not part of them.
	Properties map[string]any
	// DeletionPolicy is what happens to the resource when the stack is deleted or stops describing it; "" means Delete.
	DeletionPolicy string
}

// Resources returns the resources that the template at path creates, by logical ID. The ID of a resource in a nested stack
// follows that of the nested stack and a slash, as in Data/Table.
func Resources(path string, stack Stack) (map[string]Resource, error) {
	if stack.Name == "" {
		stack.Name = "leasehold"
	}

	document, err := open(path, stack.Name, stack)
	if err != nil {
		return nil, err
	}

	found := map[string]Resource{}
	return found, document.describe("", found)
}

// describe adds the resources of a document and of its nested stacks, with a prefix before each logical ID.
func (d *document) describe(prefix string, into map[string]Resource) error {
	for id, node := range d.resources {
		made, err := d.isMade(id)
		if err != nil {
			return err
		}

		if !made {
			continue
		}

		properties, err := d.value(child(node, "Properties"), "Resources."+id+".Properties")
		if err != nil {
			return err
		}

		kind := scalarText(orEmpty(child(node, "Type")))
		into[prefix+id] = Resource{
			Type:           kind,
			Properties:     asMapping(properties),
			DeletionPolicy: scalarText(orEmpty(child(node, "DeletionPolicy"))),
		}

		if !isStack(kind) {
			continue
		}

		nested, err := d.stackOf(id)
		if err != nil {
			return err
		}

		if err := nested.describe(prefix+id+"/", into); err != nil {
			return err
		}
	}

	return nil
}
