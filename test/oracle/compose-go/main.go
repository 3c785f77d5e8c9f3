// Loads Compose files with the library that docker compose itself uses, and prints each resolved project as a line of JSON.
// Standard input: one file a line, or several that are merged, with tabs between. Nothing of the environment is used but .env.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

type answer struct {
	File    string          `json:"file"`
	Error   string          `json:"error,omitempty"`
	Project json.RawMessage `json:"project,omitempty"`
}

func load(files []string) (project json.RawMessage, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v", broken)
		}
	}()
	options, err := cli.NewProjectOptions(files,
		cli.WithWorkingDirectory(filepath.Dir(files[0])),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithName("oracle"),
		cli.WithProfiles([]string{"*"}),
	)
	if err != nil {
		return nil, err
	}
	loaded, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return loaded.MarshalJSON()
}

func main() {
	logrus.SetOutput(io.Discard)
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		files := strings.Split(lines.Text(), "\t")
		project, err := load(files)
		one := answer{File: files[0], Project: project}
		if err != nil {
			one.Error = err.Error()
		}
		if err := out.Encode(one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
