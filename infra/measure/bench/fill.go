package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// world is what a table of --scale holds, in addition to the seed: an organization with members and their tokens, its
// solutions and its audit log.
type world struct{ tokens, members, events, solutions int }

// worldOf returns a world with a number of tokens.
func worldOf(tokens int) world {
	return world{
		tokens:    tokens,
		members:   tokens / 10,
		events:    tokens,
		solutions: tokens / 100,
	}
}

const (
	// lapsed is the number of tokens whose lease ended a day ago.
	lapsed = 1000
	// leaseHours is the number of hours over which the leases of the live tokens end.
	leaseHours = 10 * 24
	// quietHours is the number of hours in which none ends. No notice of any is due.
	quietHours = (identity.LapseNoticeDays + 1) * 24
	// eventGap is the time between two audit events.
	eventGap = 10 * time.Second
)

// placeholders are what a pattern has in place of the attributes in which copies differ. No other text of an item
// begins so.
const (
	placeUser  = "@user"
	placeID    = "@id"
	placeShard = "@shard"
	placeHour  = "@hour"
	placeTime  = "@1"
	placePurge = "@2"
	placeHash  = "@hash"
	placeMonth = "@month"
)

// patterns are items of the seed from which copies are made, as lines of a DynamoDB export.
type patterns struct {
	member   []string // all items of a member
	token    []string
	solution []string
	event    []string
}

// storedItem is an item in DynamoDB JSON.
type storedItem map[string]any

func (i storedItem) text(name string) string {
	value, _ := i[name].(map[string]any)
	text, _ := value["S"].(string)

	return text
}

// with returns the item with other texts and numbers.
func (i storedItem) with(texts, numbers map[string]string) storedItem {
	changed := maps.Clone(i)
	for name, text := range texts {
		changed[name] = map[string]any{"S": text}
	}

	for name, number := range numbers {
		changed[name] = map[string]any{"N": number}
	}

	return changed
}

// line returns the item as a line of a DynamoDB export.
func (i storedItem) line() string {
	text, _ := json.Marshal(map[string]any{"Item": i}) // strings and maps can be encoded
	return string(text) + "\n"
}

// tokenPattern returns a token or the item that leads to it by its expiry, with placeholders.
func tokenPattern(i storedItem, kind string) string {
	texts := map[string]string{
		table.AttrPK: "USER#" + placeUser,
		table.AttrSK: kind + "#" + placeID,
	}

	if kind == "EXPIRY" {
		texts[table.AttrGSI2PK] = "EXPIRY#" + placeShard
		texts[table.AttrGSI2SK] = i.text(table.AttrGSI2SK)[:len("2006-01-02T15")] + "#" + placeID
		return i.with(texts, nil).line()
	}

	texts[table.AttrGSI2PK] = "LEASE#" + placeShard
	texts[table.AttrGSI2SK] = placeHour + "#" + placeID
	pattern := i.with(texts, map[string]string{"lease_until": placeTime, "purge_at": placePurge})
	pattern["secret_hash"] = map[string]any{"B": placeHash}

	return pattern.line()
}

// solutionPattern returns a solution with a placeholder.
func solutionPattern(i storedItem) string {
	return i.with(map[string]string{
		table.AttrSK:     "SOLUTION#" + placeID,
		table.AttrGSI1SK: "MADE#" + placeID,
	}, nil).line()
}

// eventPattern returns an event with placeholders.
func eventPattern(i storedItem, organization string) string {
	return i.with(map[string]string{
		table.AttrPK: "AUDIT#" + organization + "#" + placeMonth,
		table.AttrSK: placeID,
		"user_id":    placeUser,
	}, map[string]string{"created_at": placeTime}).line()
}

// fill creates the database file of a world. It writes a DynamoDB export and imports it with the engine's own command,
// which is ten times as fast as BatchWriteItem requests.
func (s *seed) fill(ctx context.Context, dir, file string, w world) ([]identity.UserID, error) {
	source := filepath.Join(dir, "export")
	defer os.RemoveAll(source)

	users, err := s.export(filepath.Join(source, s.table, "data"), w)
	if err != nil {
		return nil, err
	}

	schema := filepath.Join(dir, "schema.json")
	if err := describe(schema); err != nil {
		return nil, err
	}

	engine, err := dynoxide.Binary(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}

	command := exec.CommandContext(ctx, engine, "import", "--source", source, "--schema", schema, "--output", file)
	if output, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("import the items: %w: %s", err, output)
	}

	if info, err := os.Stat(file); err == nil {
		fmt.Fprintf(os.Stderr, "%.1f GB in the database file\n", float64(info.Size())/1e9)
	}

	return users, nil
}

// export writes the seed and a world to a directory in the format of a DynamoDB export. It returns the members.
func (s *seed) export(dir string, w world) ([]identity.UserID, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create the export: %w", err)
	}

	file, err := os.Create(filepath.Join(dir, "items.json.gz"))
	if err != nil {
		return nil, fmt.Errorf("create the export: %w", err)
	}

	defer file.Close()

	compressed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("compress the export: %w", err)
	}

	out := bufio.NewWriterSize(compressed, 1<<20)
	users := s.write(out, w)

	if err := out.Flush(); err != nil { // the first error of the writer
		return nil, fmt.Errorf("write the export: %w", err)
	}

	if err := compressed.Close(); err != nil {
		return nil, fmt.Errorf("write the export: %w", err)
	}

	return users, nil
}

// write writes the seed and a world. The writer keeps its first error.
func (s *seed) write(out *bufio.Writer, w world) []identity.UserID {
	for _, item := range s.items {
		_, _ = out.WriteString(s.counted(item, w).line())
	}

	users := make([]identity.UserID, w.members)
	for i := range users {
		users[i] = identity.NewUserID(s.at)
		name := []string{"Ada", "Emmy", "Mary", "Vera", "Zora"}[i%5] + fmt.Sprintf("%06d", i)
		replaced(out, s.patterns.member,
			s.sampleUser, string(users[i]),
			sampleName, name,
			strings.ToLower(sampleName), strings.ToLower(name))
	}

	for i := range w.tokens + lapsed {
		s.writeToken(out, users[i%len(users)], i%table.LeaseShards, i >= w.tokens)
	}

	for range w.solutions {
		replaced(out, s.patterns.solution, placeID, string(identity.NewSolutionID(s.at)))
	}

	for i := range w.events {
		at := s.at.Add(-time.Duration(i) * eventGap)
		replaced(out, s.patterns.event[i%len(s.patterns.event):][:1],
			placeUser, string(users[i%len(users)]),
			placeID, identity.NewEventID(at),
			placeMonth, at.Format("2006-01"),
			`"`+placeTime+`"`, fmt.Sprintf(`"%d"`, at.Unix()))
	}

	return users
}

// writeToken writes a token of a member, whose secret nobody has. Its lease ended a day ago, or ends in the coming
// days.
func (s *seed) writeToken(out *bufio.Writer, owner identity.UserID, shard int, ended bool) {
	var random [32]byte
	_, _ = rand.Read(random[:])
	number := binary.BigEndian.Uint64(random[:])
	until := s.at.Add(time.Duration(number%leaseHours+quietHours) * time.Hour)
	if ended {
		until = s.at.Add(-24 * time.Hour)
	}

	replaced(out, s.patterns.token,
		placeUser, string(owner),
		placeID, fmt.Sprintf("tok_%011d", number%1e11),
		placeShard, fmt.Sprintf("%x", shard),
		placeHour, until.UTC().Format("2006-01-02T15"),
		placeTime, fmt.Sprint(until.Unix()),
		placePurge, fmt.Sprint(until.Add(identity.Retention).Unix()),
		placeHash, base64.StdEncoding.EncodeToString(random[:]))
}

// replaced writes lines with other texts in place of some.
func replaced(out *bufio.Writer, lines []string, pairs ...string) {
	replacer := strings.NewReplacer(pairs...)
	for _, line := range lines {
		_, _ = replacer.WriteString(out, line)
	}
}

// counted returns an item of the seed as it is in a world: the organization counts its members and solutions, and is
// older than its events.
func (s *seed) counted(item storedItem, w world) storedItem {
	if item.text(table.AttrPK) != "ORG#"+s.organization || item.text(table.AttrSK) != "META" {
		return item
	}

	return item.with(nil, map[string]string{
		"member_count":   fmt.Sprint(w.members + 2),
		"solution_count": fmt.Sprint(w.solutions + 1),
		"created_at":     fmt.Sprint(s.at.Add(-time.Duration(w.events+1) * eventGap).Unix()),
	})
}

// describe writes a DescribeTable response for the template's table to a file.
func describe(file string) error {
	loaded, err := template.Load("template.yaml", nil)
	if err != nil {
		return err
	}

	described := loaded.Tables[0]
	var attributes, indexes []map[string]any
	for name, kind := range described.Attributes {
		attributes = append(attributes, map[string]any{"AttributeName": name, "AttributeType": kind})
	}

	for _, index := range described.Indexes {
		indexes = append(indexes, map[string]any{
			"IndexName":  index.Name,
			"KeySchema":  keySchema(index.Keys),
			"Projection": map[string]any{"ProjectionType": index.Projection},
		})
	}

	text, err := json.Marshal(map[string]any{"Table": map[string]any{
		"TableName":              described.Name,
		"KeySchema":              keySchema(described.Keys),
		"AttributeDefinitions":   attributes,
		"GlobalSecondaryIndexes": indexes,
		"BillingModeSummary":     map[string]any{"BillingMode": "PAY_PER_REQUEST"},
	}})
	if err != nil {
		return fmt.Errorf("describe the table: %w", err)
	}

	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("describe the table: %w", err)
	}

	return nil
}

func keySchema(keys []template.Key) []map[string]any {
	var schema []map[string]any
	for _, key := range keys {
		schema = append(schema, map[string]any{"AttributeName": key.Name, "KeyType": key.Type})
	}

	return schema
}
