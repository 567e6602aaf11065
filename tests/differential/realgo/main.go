// Program differential renders templates with real Go, Sprig and what the Launcher adds to them.
//
// Requests are JSON objects, one a line, and so are the answers, in the same order. `python -m tests.differential`
// answers the same requests with our engine. With -time, an answer says how long the request's render takes.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"runtime/debug"
	"time"
)

// A render that takes longer has no answer; neither side is asked for one that should.
const longest = 20 * time.Second

// Request is one template to render.
type Request struct {
	ID          any                 `json:"id,omitempty"`
	Name        string              `json:"name"`        // the template's name, job.tpl if empty
	Template    string              `json:"template"`    // its text
	Templates   map[string]string   `json:"templates"`   // further files by their names
	Data        json.RawMessage     `json:"data"`        // what dot is
	DataYAML    string              `json:"dataYaml"`    // the same as YAML, all of whose numbers are float64
	Numbers     string              `json:"nums"`        // what JSON's whole numbers become: int, int64 or float64
	Functions   string              `json:"funcs"`       // launcher, helm, sprig or go
	MissingKey  string              `json:"missingkey"`  // Go's option of that name
	HelmNoValue bool                `json:"helmNoValue"` // drop "<no value>" from the output, as Helm does
	Delimiters  []string            `json:"delims"`      // instead of {{ and }}
	Commands    map[string]Command  `json:"exec"`        // what commands do, by their words joined by blanks
	Groups      map[string][]string `json:"groups"`      // users' groups
	Post        string              `json:"post"`        // yaml: also read the output
	Repetitions int                 `json:"repetitions"` // with -time: renders in a row
}

// Command is what a command that a template runs shall do.
type Command struct {
	ExitCode int    `json:"exitCode"`
	Err      string `json:"err"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}

// Answer is the output, or why there is none: Stage is parse, exec, data, request, panic or timeout.
type Answer struct {
	ID      any             `json:"id,omitempty"`
	Out     *string         `json:"out,omitempty"`
	Err     string          `json:"err,omitempty"`
	Stage   string          `json:"stage,omitempty"`
	Partial *string         `json:"partial,omitempty"` // what had been written when an execution failed
	Object  json.RawMessage `json:"obj,omitempty"`     // with post: the output as Kubernetes reads it
	ObjErr  string          `json:"objErr,omitempty"`  // with post: why it cannot be read
}

func answer(line []byte, timing bool) any {
	var request Request
	if err := json.Unmarshal(line, &request); err != nil {
		return Answer{Err: err.Error(), Stage: "request"}
	}
	if timing {
		return measure(&request)
	}
	done := make(chan Answer, 1)
	go func() { done <- run(&request) }()
	select {
	case ended := <-done:
		return ended
	case <-time.After(longest):
		return Answer{ID: request.ID, Err: "timeout", Stage: "timeout"}
	}
}

func main() {
	timing := flag.Bool("time", false, "tell how long a render takes instead of what it gives")
	flag.Parse()
	debug.SetMaxStack(1 << 29) // a template that includes itself ends by its own limit, not by the stack's
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := out.Encode(answer(line, *timing)); err != nil {
				panic(err)
			}
		}
		if err != nil {
			return
		}
	}
}
