// Command pocketbase is a server that people run instead: PocketBase, with a person and their token in its SQLite database. It
// listens on a free port, prints its address and the token as JSON, and answers GET / with 200 if the token in the header
// Authorization is valid, and with 401 if not. PocketBase reads the person for each request.
//
// Its argument is the directory of its data.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: dir, HideStartBanner: true})
	if err := app.Bootstrap(); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	if err := app.RunAllMigrations(); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}

	key, err := newToken(app)
	if err != nil {
		return err
	}

	router, err := apis.NewRouter(app)
	if err != nil {
		return fmt.Errorf("make the router: %w", err)
	}

	router.GET("/", func(e *core.RequestEvent) error { return e.NoContent(http.StatusOK) }).Bind(apis.RequireAuth())

	handler, err := router.BuildMux()
	if err != nil {
		return fmt.Errorf("make the router: %w", err)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}

	printed := map[string]string{"address": listener.Addr().String(), "key": key}
	if err := json.NewEncoder(os.Stdout).Encode(printed); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}

	return fmt.Errorf("serve: %w", http.Serve(listener, handler))
}

// newToken creates a person and returns a token of theirs.
func newToken(app core.App) (string, error) {
	people, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return "", fmt.Errorf("find the people: %w", err)
	}

	person := core.NewRecord(people)
	person.SetEmail("ada@example.com")
	person.SetPassword("a-long-password")
	if err := app.Save(person); err != nil {
		return "", fmt.Errorf("create a person: %w", err)
	}

	token, err := person.NewAuthToken()
	if err != nil {
		return "", fmt.Errorf("create a token: %w", err)
	}

	return token, nil
}
