package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// tableFile is the template of the stack's own table.
const tableFile = "infra/stack/data.yaml"

// insights are the settings of CloudWatch Contributor Insights.
type insights struct {
	Enabled bool
	Mode    string
}

// tableSettings are the properties of the stack's own table that restoring a table leaves out. AWS lists them in the
// API references of RestoreTableToPointInTime and RestoreTableFromBackup.
type tableSettings struct {
	// TTL is the attribute with the time to live.
	TTL      string
	Recovery bool
	Insights insights
	// Indexes are the settings of the indexes by name.
	Indexes map[string]insights
	// StreamView is what the stream of the table contains with Events.
	StreamView string
}

// readTableSettings reads the settings of the stack's own table. It returns an error if the table has a property that
// a restored table would not get.
func readTableSettings(root string) (tableSettings, error) {
	text, err := os.ReadFile(filepath.Join(root, tableFile))
	if err != nil {
		return tableSettings{}, fmt.Errorf("read the template of the table: %w", err)
	}

	var file struct {
		Resources struct {
			Table struct {
				Properties map[string]yaml.Node `yaml:"Properties"`
			} `yaml:"Table"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return tableSettings{}, fmt.Errorf("read the template of the table: %w", err)
	}

	settings := tableSettings{Indexes: map[string]insights{}}
	for name, value := range file.Resources.Table.Properties {
		if err := settings.read(name, value); err != nil {
			return tableSettings{}, fmt.Errorf("%s: %w", tableFile, err)
		}
	}

	return settings, nil
}

// read reads one property of the table.
func (s *tableSettings) read(name string, value yaml.Node) error {
	var ttl struct {
		AttributeName string `yaml:"AttributeName"`
	}

	var recovery struct {
		PointInTimeRecoveryEnabled bool `yaml:"PointInTimeRecoveryEnabled"`
	}

	switch name {
	case "AttributeDefinitions", "BillingMode", "KeySchema":
		return nil // A restore keeps these.
	case "DeletionProtectionEnabled", "SSESpecification":
		return nil // They follow from the parameters DeletionProtection and KmsKeyArn.
	case "StreamSpecification":
		return s.readStream(value)
	case "TimeToLiveSpecification":
		err := value.Decode(&ttl)
		s.TTL = ttl.AttributeName
		return err
	case "PointInTimeRecoverySpecification":
		err := value.Decode(&recovery)
		s.Recovery = recovery.PointInTimeRecoveryEnabled
		return err
	case "ContributorInsightsSpecification":
		return s.Insights.read(value)
	case "GlobalSecondaryIndexes":
		return s.readIndexes(value)
	default:
		return fmt.Errorf("the table has %s, which a restored table would not get. "+
			"Let infra/stack/deploy/restored.go set it", name)
	}
}

// readStream reads the stream that the table has under the condition of Events.
func (s *tableSettings) readStream(value yaml.Node) error {
	const condition, branches = "HasEvents", 3
	var stream struct {
		StreamViewType string `yaml:"StreamViewType"`
	}

	if value.Tag != "!If" || len(value.Content) != branches || value.Content[0].Value != condition {
		return fmt.Errorf("the StreamSpecification is not of the form !If [%s, …, …]", condition)
	}

	err := value.Content[1].Decode(&stream)
	s.StreamView = stream.StreamViewType

	return err
}

// read reads the settings of Contributor Insights.
func (i *insights) read(value yaml.Node) error {
	var specification struct {
		Enabled bool   `yaml:"Enabled"`
		Mode    string `yaml:"Mode"`
	}

	err := value.Decode(&specification)
	*i = insights(specification)
	return err
}

// readIndexes reads the properties of the indexes.
func (s *tableSettings) readIndexes(value yaml.Node) error {
	var indexes []map[string]yaml.Node
	if err := value.Decode(&indexes); err != nil {
		return err
	}

	for _, index := range indexes {
		var own insights
		for name, property := range index {
			switch name {
			case "IndexName", "KeySchema", "Projection": // A restore keeps these.
			case "ContributorInsightsSpecification":
				if err := own.read(property); err != nil {
					return err
				}
			default:
				return fmt.Errorf("an index has %s, which a restored table would not get. "+
					"Let infra/stack/deploy/restored.go set it", name)
			}
		}

		s.Indexes[index["IndexName"].Value] = own
	}

	return nil
}

// restoredTable is the table that RestoredTable names.
type restoredTable struct {
	TableArn                  string
	TableStatus               string
	DeletionProtectionEnabled bool
	SSEDescription            struct{ KMSMasterKeyArn string }
	StreamSpecification       struct {
		StreamEnabled  bool
		StreamViewType string
	}
	LatestStreamArn string
}

// completeTable gives the table that RestoredTable names the settings of the stack's own table, and sets RestoredStreamArn
// among the values to the stream of that table, or to "" without Events. Without RestoredTable it only sets that to "".
func (d *deployment) completeTable(ctx context.Context, values map[string]string) error {
	values["RestoredStreamArn"] = ""
	name := values["RestoredTable"]
	if name == "" {
		return nil
	}

	settings, err := readTableSettings(d.root)
	if err != nil {
		return err
	}

	table, err := d.restoredTable(ctx, name)
	if err != nil {
		return err
	}

	for _, complete := range []func() (string, error){
		func() (string, error) { return d.completeTTL(ctx, name, settings.TTL) },
		func() (string, error) { return d.completeRecovery(ctx, name, settings.Recovery) },
		func() (string, error) { return d.completeInsights(ctx, name, settings) },
		func() (string, error) {
			return d.completeProtection(ctx, name, table, values["DeletionProtection"])
		},
		func() (string, error) { return d.completeKey(ctx, name, table, values["KmsKeyArn"]) },
		func() (string, error) { return d.completeStream(ctx, name, table, settings.StreamView, values) },
	} {
		changed, err := complete()
		if err != nil {
			return fmt.Errorf("complete the table %s: %w", name, err)
		}

		if changed != "" {
			fmt.Fprintf(d.out, "Set %s of the table %s.\n", changed, name)
		}
	}

	return nil
}

// restoredTable returns a table that can be used, or an error that says why it can't be.
func (d *deployment) restoredTable(ctx context.Context, name string) (restoredTable, error) {
	var answer struct{ Table restoredTable }
	err := d.Ask(ctx, &answer, "dynamodb", "describe-table", "--table-name", name)
	switch {
	case err != nil && strings.Contains(err.Error(), "ResourceNotFoundException"):
		return restoredTable{}, fmt.Errorf("RestoredTable is %s, but region %s has no such table. Restore it first",
			name, d.Region)
	case err != nil:
		return restoredTable{}, fmt.Errorf("look at the table %s: %w", name, err)
	case answer.Table.TableStatus != "ACTIVE":
		return restoredTable{}, fmt.Errorf("the table %s is %s. Run 'aws dynamodb wait table-exists --table-name %s', "+
			"and deploy again", name, answer.Table.TableStatus, name)
	}

	return answer.Table, nil
}

// completeTTL turns on the time to live. It returns what it has set, "" for nothing.
func (d *deployment) completeTTL(ctx context.Context, table, attribute string) (string, error) {
	var now struct {
		TimeToLiveDescription struct{ TimeToLiveStatus, AttributeName string }
	}
	if err := d.Ask(ctx, &now, "dynamodb", "describe-time-to-live", "--table-name", table); err != nil {
		return "", err
	}

	// DynamoDB rejects the request if the time to live is on already.
	if strings.HasPrefix(now.TimeToLiveDescription.TimeToLiveStatus, "ENABL") || attribute == "" {
		return "", nil
	}

	return "the time to live", d.Ask(ctx, nil, "dynamodb", "update-time-to-live", "--table-name", table,
		"--time-to-live-specification", "Enabled=true,AttributeName="+attribute)
}

// completeRecovery turns on point-in-time recovery. It returns what it has set, "" for nothing.
func (d *deployment) completeRecovery(ctx context.Context, table string, enabled bool) (string, error) {
	var now struct {
		ContinuousBackupsDescription struct {
			PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
		}
	}
	if err := d.Ask(ctx, &now, "dynamodb", "describe-continuous-backups", "--table-name", table); err != nil {
		return "", err
	}

	status := now.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus
	if status == "ENABLED" || !enabled {
		return "", nil
	}

	return "point-in-time recovery", d.Ask(ctx, nil, "dynamodb", "update-continuous-backups", "--table-name", table,
		"--point-in-time-recovery-specification", "PointInTimeRecoveryEnabled=true")
}

// completeInsights turns on Contributor Insights of the table and its indexes. It returns what it has set, "" for
// nothing.
func (d *deployment) completeInsights(ctx context.Context, table string, settings tableSettings) (string, error) {
	changed := ""
	names := []string{""}
	for index := range settings.Indexes {
		names = append(names, index)
	}

	slices.Sort(names)
	for _, index := range names {
		wanted, target := settings.Insights, []string{"--table-name", table}
		if index != "" {
			wanted, target = settings.Indexes[index], append(target, "--index-name", index)
		}

		var now struct{ ContributorInsightsStatus, ContributorInsightsMode string }
		if err := d.Ask(ctx, &now, append([]string{"dynamodb", "describe-contributor-insights"}, target...)...); err != nil {
			return "", err
		}

		on := strings.HasPrefix(now.ContributorInsightsStatus, "ENABL") && now.ContributorInsightsMode == wanted.Mode
		if on || !wanted.Enabled {
			continue
		}

		changed = "Contributor Insights"
		update := append([]string{"dynamodb", "update-contributor-insights"}, target...)
		update = append(update, "--contributor-insights-action", "ENABLE", "--contributor-insights-mode", wanted.Mode)
		if err := d.Ask(ctx, nil, update...); err != nil {
			return "", err
		}
	}

	return changed, nil
}

// completeProtection sets the protection from deletion. It returns what it has set, "" for nothing.
func (d *deployment) completeProtection(
	ctx context.Context,
	name string,
	table restoredTable,
	protection string,
) (string, error) {
	if fmt.Sprint(table.DeletionProtectionEnabled) == protection {
		return "", nil
	}

	option := "--deletion-protection-enabled"
	if protection == "false" {
		option = "--no-deletion-protection-enabled"
	}

	return "the protection from deletion", d.updateTable(ctx, name, option)
}

// completeKey sets the key that encrypts the table. It returns what it has set, "" for nothing.
func (d *deployment) completeKey(ctx context.Context, name string, table restoredTable, key string) (string, error) {
	// An alias can't be compared with the key that it stands for.
	now := table.SSEDescription.KMSMasterKeyArn
	if now == key || now != "" && strings.Contains(key, ":alias/") {
		return "", nil
	}

	specification := "Enabled=false"
	if key != "" {
		specification = "Enabled=true,SSEType=KMS,KMSMasterKeyId=" + key
	}

	return "the key", d.updateTable(ctx, name, "--sse-specification", specification)
}

// completeStream turns on the stream of the table, if the values have Events, and sets RestoredStreamArn among the values. It
// returns what it has set, "" for nothing. It does not turn a stream off: one that nobody reads costs nothing.
func (d *deployment) completeStream(
	ctx context.Context,
	name string,
	table restoredTable,
	view string,
	values map[string]string,
) (changed string, err error) {
	if values["Events"] != "on" {
		return "", nil
	}

	stream := table.StreamSpecification
	if stream.StreamEnabled && stream.StreamViewType != view {
		return "", fmt.Errorf("the table has a stream of %s, and the events need %s. Turn the stream off, and deploy again",
			stream.StreamViewType, view)
	}

	if !stream.StreamEnabled {
		changed = "the stream"
		err := d.updateTable(ctx, name, "--stream-specification", "StreamEnabled=true,StreamViewType="+view)
		if err != nil {
			return "", err
		}

		if table, err = d.restoredTable(ctx, name); err != nil {
			return "", err
		}
	}

	if table.LatestStreamArn == "" {
		return "", errors.New("DynamoDB does not name its stream. Deploy again")
	}

	values["RestoredStreamArn"] = table.LatestStreamArn

	return changed, nil
}

// updateTable changes a table and waits until it can be changed again.
func (d *deployment) updateTable(ctx context.Context, name string, options ...string) error {
	update := append([]string{"dynamodb", "update-table", "--table-name", name}, options...)
	if err := d.Ask(ctx, nil, update...); err != nil {
		return err
	}

	return d.Ask(ctx, nil, "dynamodb", "wait", "table-exists", "--table-name", name)
}

// tagTable gives the table that RestoredTable names the tags of the deployed stack, as CloudFormation does with the
// stack's own table.
func (d *deployment) tagTable(ctx context.Context, deployed *account.Stack) error {
	name := deployed.Values()["RestoredTable"]
	if name == "" || len(deployed.Tags) == 0 {
		return nil
	}

	table, err := d.restoredTable(ctx, name)
	if err != nil {
		return err
	}

	tags, err := json.Marshal(deployed.Tags)
	if err != nil {
		return fmt.Errorf("write the tags: %w", err)
	}

	err = d.Ask(ctx, nil, "dynamodb", "tag-resource", "--resource-arn", table.TableArn, "--tags", string(tags))
	if err != nil {
		return fmt.Errorf("tag the table %s: %w", name, err)
	}

	return nil
}
