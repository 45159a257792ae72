package template

// table reads an AWS::DynamoDB::Table.
func (d *document) table(id string) (Table, error) {
	properties := d.properties(id, "Table")
	name, err := d.physicalName(id)
	if err != nil {
		return Table{}, err
	}

	table := Table{
		LogicalID:  id,
		Name:       name,
		Attributes: map[string]string{},
		Keys:       keys(properties.value("KeySchema")),
	}

	for _, value := range properties.list("AttributeDefinitions") {
		attribute := asMapping(value)
		table.Attributes[asText(attribute["AttributeName"])] = asText(attribute["AttributeType"])
	}

	table.Indexes = indexes(properties.list("GlobalSecondaryIndexes"))
	table.LocalIndexes = indexes(properties.list("LocalSecondaryIndexes"))

	if ttl := properties.mapping("TimeToLiveSpecification"); isTrue(ttl["Enabled"]) {
		table.TTLAttribute = asText(ttl["AttributeName"])
	}

	if stream := properties.mapping("StreamSpecification"); stream != nil {
		table.StreamView = asText(stream["StreamViewType"])
	}

	if len(table.Keys) == 0 {
		properties.fail("KeySchema", "the table needs a key")
	}

	return table, properties.err
}

// keys reads a KeySchema.
func keys(value any) []Key {
	var all []Key
	for _, item := range asList(value) {
		key := asMapping(item)
		all = append(all, Key{Name: asText(key["AttributeName"]), Type: asText(key["KeyType"])})
	}

	return all
}

// indexes reads a list of secondary indexes.
func indexes(values []any) []Index {
	var all []Index
	for _, value := range values {
		index := asMapping(value)
		projection := asMapping(index["Projection"])
		all = append(all, Index{
			Name:       asText(index["IndexName"]),
			Keys:       keys(index["KeySchema"]),
			Projection: asText(projection["ProjectionType"]),
			NonKey:     texts(projection["NonKeyAttributes"]),
		})
	}

	return all
}
