// How Go reads request targets: a JSON array on standard input, and one of readings on standard output.
package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path"
)

type reading struct {
	Path    string `json:"path"`
	Query   string `json:"query"`
	Decoded string `json:"decoded"`
	Host    string `json:"host"`
	// What http.ServeMux redirects to if it differs.
	Clean string `json:"clean"`
}

func main() {
	var targets []string
	if err := json.NewDecoder(os.Stdin).Decode(&targets); err != nil {
		panic(err)
	}
	readings := make([]*reading, len(targets))
	for index, target := range targets {
		read, err := url.ParseRequestURI(target)
		if err != nil {
			continue
		}
		readings[index] = &reading{read.EscapedPath(), read.RawQuery, read.Path, read.Host, path.Clean(read.Path)}
	}
	if err := json.NewEncoder(os.Stdout).Encode(readings); err != nil {
		panic(err)
	}
}
