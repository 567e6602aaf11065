package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
	yamlv3 "sigs.k8s.io/yaml/goyaml.v3"
)

// Helm's limit on how often a template may be included inside itself.
const mostIncludes = 1000

func (request *Request) functions(root *template.Template, missing string) template.FuncMap {
	known := template.FuncMap{}
	if request.Functions == "go" {
		return known
	}
	for name, function := range sprig.TxtFuncMap() {
		known[name] = function
	}
	if request.Functions == "sprig" {
		return known
	}
	request.addLauncher(known)
	counts := map[string]int{}
	known["include"] = includer(root, counts)
	known["tpl"] = textRenderer(root, counts, missing)
	if request.Functions == "helm" {
		delete(known, "env")
		delete(known, "expandenv")
		known["getHostByName"] = func(string) string { return "" }
		known["toJson"] = func(value any) string {
			text, _ := json.Marshal(value)
			return string(text)
		}
		known["fromJson"] = func(text string) map[string]any { return read(text, json.Unmarshal) }
	}
	return known
}

func (request *Request) addLauncher(known template.FuncMap) {
	known["toYaml"] = func(value any) string {
		text, _ := toYAML(value)
		return text
	}
	known["mustToYaml"] = toYAML
	known["toYamlPretty"] = toPrettyYAML
	known["fromYaml"] = func(text string) map[string]any { return read(text, unmarshalYAML) }
	known["fromYamlArray"] = func(text string) []any { return readList(text, unmarshalYAML) }
	known["fromJsonArray"] = func(text string) []any { return readList(text, json.Unmarshal) }
	known["toToml"] = func(value any) string {
		text, err := toTOML(value)
		if err != nil {
			return err.Error()
		}
		return text
	}
	known["mustToToml"] = toTOML
	known["fromToml"] = func(text string) map[string]any { return read(text, toml.Unmarshal) }
	known["required"] = required
	known["lookup"] = func(_, _, _, _ string) (map[string]any, error) { return map[string]any{}, nil }
	known["exec"] = request.run
	known["groups"] = request.groupsOf
}

func unmarshalYAML(text []byte, into any) error { return yaml.Unmarshal(text, into) }

func toYAML(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

func toPrettyYAML(value any) string {
	var text bytes.Buffer
	encoder := yamlv3.NewEncoder(&text)
	encoder.SetIndent(2)
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func toTOML(value any) (string, error) {
	var text bytes.Buffer
	err := toml.NewEncoder(&text).Encode(value)
	return text.String(), err
}

// read gives a map, with the reason under "Error" where the text is none.
func read(text string, unmarshal func([]byte, any) error) map[string]any {
	value := map[string]any{}
	if err := unmarshal([]byte(text), &value); err != nil {
		value["Error"] = err.Error()
	}
	return value
}

func readList(text string, unmarshal func([]byte, any) error) []any {
	value := []any{}
	if err := unmarshal([]byte(text), &value); err != nil {
		return []any{err.Error()}
	}
	return value
}

func required(message string, value any) (any, error) {
	if value == nil || value == "" {
		return value, errors.New(message)
	}
	return value, nil
}

func includer(root *template.Template, counts map[string]int) func(string, any) (string, error) {
	return func(name string, data any) (string, error) {
		if counts[name] > mostIncludes {
			cause := "unable to execute template"
			return "", fmt.Errorf("rendering template has a nested reference name: %s: %s", name, cause)
		}
		counts[name]++
		defer func() { counts[name]-- }()
		var text strings.Builder
		err := root.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
}

func textRenderer(root *template.Template, counts map[string]int, missing string) func(string, any) (string, error) {
	return func(text string, data any) (string, error) {
		clone, err := root.Clone()
		if err != nil {
			return "", fmt.Errorf("cannot clone template: %w", err)
		}
		clone.Option("missingkey=" + missing)
		clone.Funcs(template.FuncMap{
			"include": includer(clone, counts),
			"tpl":     textRenderer(clone, counts, missing),
		})
		parsed, err := clone.New(root.Name()).Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		var written strings.Builder
		if err := parsed.Execute(&written, data); err != nil {
			return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
		}
		return strings.ReplaceAll(written.String(), "<no value>", ""), nil
	}
}

// ExecResult is what the Launcher's exec gives; it prints as what the command has written.
type ExecResult struct {
	ExitCode int
	Err      error
	Stdout   string
	Stderr   string
}

func (result ExecResult) String() string { return result.Stdout }

func (request *Request) run(name string, arguments ...any) ExecResult {
	words := []string{name}
	for _, argument := range arguments {
		words = append(words, fmt.Sprint(argument))
	}
	if told, ok := request.Commands[strings.Join(words, " ")]; ok {
		result := ExecResult{ExitCode: told.ExitCode, Stdout: told.Stdout, Stderr: told.Stderr}
		if told.Err != "" {
			result.Err = errors.New(told.Err)
		}
		return result
	}
	var out, complaints strings.Builder
	command := exec.Command(words[0], words[1:]...)
	command.Stdout, command.Stderr = &out, &complaints
	err := command.Run()
	code := -1
	if command.ProcessState != nil {
		code = command.ProcessState.ExitCode()
	}
	return ExecResult{ExitCode: code, Err: err, Stdout: out.String(), Stderr: complaints.String()}
}

func (request *Request) groupsOf(user string) ([]string, error) {
	if told, ok := request.Groups[user]; ok {
		return told, nil
	}
	out, err := exec.Command("groups", user).Output()
	if err != nil {
		return nil, err
	}
	_, names, _ := strings.Cut(string(out), ":")
	return strings.Fields(names), nil
}
