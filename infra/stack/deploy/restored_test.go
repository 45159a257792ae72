package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// newTable makes the account answer as for a table that was just restored: with keys and indexes, but without settings.
func (c *cloud) newTable() {
	c.answers["dynamodb describe-table"] = `{"Table":{"TableArn":"arn:table","TableStatus":"ACTIVE"}}`
	c.answers["dynamodb describe-time-to-live"] = `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`
	c.answers["dynamodb describe-continuous-backups"] = `{"ContinuousBackupsDescription":
		{"PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}`
	c.answers["dynamodb describe-contributor-insights"] = `{"ContributorInsightsStatus":"DISABLED"}`
}

// changes returns the commands that changed a table, and sam deploy, in order.
func (c *cloud) changes() []string {
	var lines []string
	for _, line := range c.asked {
		words, _, _ := strings.Cut(line, " --output json")
		switch {
		case strings.HasPrefix(line, "sam deploy"):
			lines = append(lines, "sam deploy")
		case strings.HasPrefix(line, "aws dynamodb update-"), strings.HasPrefix(line, "aws dynamodb tag-"):
			lines = append(lines, strings.TrimPrefix(words, "aws dynamodb "))
		}
	}

	return lines
}

func TestARestoredTableGetsTheSettingsOfTheStacksOwn(t *testing.T) {
	const key = "arn:aws:kms:eu-central-1:123456789012:key/k"
	c := newCloud(t)
	c.newTable()
	c.stack("prod", map[string]string{"ConsoleUrl": testConsole, "KmsKeyArn": key})

	if err := c.deploy("--stack prod --yes --set RestoredTable=prod-restored-1"); err != nil {
		t.Fatal(err, c.out.String())
	}

	const insights = " --contributor-insights-action ENABLE --contributor-insights-mode THROTTLED_KEYS"
	want := []string{
		"update-time-to-live --table-name prod-restored-1 --time-to-live-specification Enabled=true,AttributeName=purge_at",
		"update-continuous-backups --table-name prod-restored-1 " +
			"--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
		"update-contributor-insights --table-name prod-restored-1" + insights,
		"update-contributor-insights --table-name prod-restored-1 --index-name GSI1" + insights,
		"update-contributor-insights --table-name prod-restored-1 --index-name GSI2" + insights,
		"update-table --table-name prod-restored-1 --deletion-protection-enabled",
		"update-table --table-name prod-restored-1 --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=" + key,
		"sam deploy",
	}
	if got := c.changes(); !slices.Equal(got, want) {
		t.Errorf("the deployment ran\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestACompleteTableIsLeftAlone(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", map[string]string{"ConsoleUrl": testConsole, "RestoredTable": "prod-restored-1"})

	if err := c.deploy("--stack prod --yes"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if got := c.changes(); !slices.Equal(got, []string{"sam deploy"}) {
		t.Errorf("the deployment ran %q, want only sam deploy", got)
	}
}

func TestARestoredTableGetsTheTagsOfTheStack(t *testing.T) {
	c := newCloud(t)
	d := deployment{Account: account.Account{Run: c.run}}
	stack := c.stack("prod", map[string]string{"RestoredTable": "prod-restored-1"})
	stack.Tags = []struct{ Key, Value string }{{"team", "people, and tokens"}}

	if err := d.tagTable(t.Context(), stack); err != nil {
		t.Fatal(err)
	}

	want := `tag-resource --resource-arn arn:table --tags [{"Key":"team","Value":"people, and tokens"}]`
	if got := c.changes(); !slices.Equal(got, []string{want}) {
		t.Errorf("tagTable ran %q, want %q", got, want)
	}
}

// TestATableThatCannotBeUsedIsNotDeployed deploys before the restore has begun, and before it has finished.
func TestATableThatCannotBeUsedIsNotDeployed(t *testing.T) {
	for want, prepare := range map[string]func(*cloud){
		"has no such table": func(c *cloud) {
			c.failures["dynamodb describe-table"] = errors.New("An error occurred (ResourceNotFoundException)")
		},
		"is CREATING": func(c *cloud) { c.answers["dynamodb describe-table"] = `{"Table":{"TableStatus":"CREATING"}}` },
	} {
		c := newCloud(t)
		prepare(c)

		err := c.deploy("--stack prod --yes --set RestoredTable=prod-restored-1")
		if err == nil || !strings.Contains(err.Error(), want) || len(c.deployed) > 0 {
			t.Errorf("it deployed %d times with the error %v, want an error that contains %q", len(c.deployed), err, want)
		}
	}
}

// TestEveryPropertyOfTheTableReachesARestoredOne reads data.yaml, and rejects it with a property that nobody sets.
func TestEveryPropertyOfTheTableReachesARestoredOne(t *testing.T) {
	settings, err := readTableSettings("../../..")
	if err != nil {
		t.Fatal(err)
	}

	on := insights{Enabled: true, Mode: "THROTTLED_KEYS"}
	if settings.StreamView != "NEW_IMAGE" {
		t.Errorf("the stream has the view %q, want NEW_IMAGE", settings.StreamView)
	}

	if settings.TTL != "purge_at" || !settings.Recovery || settings.Insights != on ||
		len(settings.Indexes) != 2 || settings.Indexes["GSI1"] != on || settings.Indexes["GSI2"] != on {
		t.Errorf("the settings are %+v", settings)
	}

	original, err := os.ReadFile("../../../" + tableFile)
	if err != nil {
		t.Fatal(err)
	}

	for place, property := range map[string]string{
		"      BillingMode: PAY_PER_REQUEST\n":            "      TableClass: STANDARD_INFREQUENT_ACCESS\n",
		"          Projection: { ProjectionType: ALL }\n": "          WarmThroughput: { ReadUnitsPerSecond: 12000 }\n",
	} {
		c := newCloud(t)
		c.write(tableFile, []byte(strings.Replace(string(original), place, place+property, 1)))
		name, _, _ := strings.Cut(strings.TrimSpace(property), ":")

		if _, err := readTableSettings(c.root); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with %s, readTableSettings returned the error %v, want one that names it", name, err)
		}
	}
}

// TestARestoredTableGetsAStreamForTheEvents deploys with and without Events, and to the stack's own table again.
func TestARestoredTableGetsAStreamForTheEvents(t *testing.T) {
	const (
		stream = "arn:aws:dynamodb:eu-central-1:123456789012:table/prod-restored-1/stream/1"
		update = "update-table --table-name prod-restored-1 --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE"
		off    = `"LatestStreamArn":"` + stream + `"`
		on     = off + `,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}`
		other  = off + `,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}`
	)

	for name, test := range map[string]struct {
		before, set, table, wantStream, wantError string
		wantUpdate                                bool
	}{
		"events":            {set: "RestoredTable=prod-restored-1 --set Events=on", table: off, wantStream: stream, wantUpdate: true},
		"with a stream":     {set: "RestoredTable=prod-restored-1 --set Events=on", table: on, wantStream: stream},
		"with another view": {set: "RestoredTable=prod-restored-1 --set Events=on", table: other, wantError: "KEYS_ONLY"},
		"without events":    {set: "RestoredTable=prod-restored-1", table: off, before: stream},
		"back":              {set: "RestoredTable= --set Events=on", table: on, before: stream},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.answers["dynamodb describe-table"] = strings.Replace(completeTable, "}}", ","+test.table+"}}", 1)
			c.stack("prod", map[string]string{"ConsoleUrl": testConsole, "RestoredStreamArn": test.before})

			err := c.deploy("--stack prod --yes --set " + test.set)
			if test.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantError) {
					t.Errorf("got the error %v, want one that names %s", err, test.wantError)
				}

				return
			}

			if err != nil {
				t.Fatal(err, c.out.String())
			}

			if got := c.deployed[0]["RestoredStreamArn"]; got != test.wantStream {
				t.Errorf("RestoredStreamArn is %q, want %q", got, test.wantStream)
			}

			if got := slices.Contains(c.changes(), update); got != test.wantUpdate {
				t.Errorf("the deployment ran %q, want the stream turned on: %v", c.changes(), test.wantUpdate)
			}
		})
	}
}
