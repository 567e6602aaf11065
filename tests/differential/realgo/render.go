package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// typed gives JSON's numbers the Go types that a plugin hands to a template.
func typed(value any, numbers string) any {
	switch value := value.(type) {
	case json.Number:
		if whole, err := strconv.ParseInt(value.String(), 10, 64); err == nil && numbers != "float64" {
			if numbers == "int64" {
				return whole
			}
			return int(whole)
		}
		float, _ := strconv.ParseFloat(value.String(), 64)
		return float
	case map[string]any:
		for key, inner := range value {
			value[key] = typed(inner, numbers)
		}
	case []any:
		for i, inner := range value {
			value[i] = typed(inner, numbers)
		}
	}
	return value
}

func (request *Request) data() (value any, err error) {
	if request.DataYAML != "" {
		err = yaml.Unmarshal([]byte(request.DataYAML), &value)
		return value, err
	}
	if len(request.Data) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(request.Data))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return typed(value, request.Numbers), err
}

// parse reads the further files in the order of their names, and then the template itself.
func (request *Request) parse() (*template.Template, error) {
	name, missing := request.Name, request.MissingKey
	if name == "" {
		name = "job.tpl"
	}
	if missing == "" {
		missing = "default"
	}
	root := template.New(name).Option("missingkey=" + missing)
	if len(request.Delimiters) == 2 {
		root.Delims(request.Delimiters[0], request.Delimiters[1])
	}
	root.Funcs(request.functions(root, missing))
	for _, file := range slices.Sorted(maps.Keys(request.Templates)) {
		if _, err := root.New(file).Parse(request.Templates[file]); err != nil {
			return nil, err
		}
	}
	return root.Parse(request.Template)
}

func run(request *Request) (result Answer) {
	result.ID = request.ID
	defer func() {
		if reason := recover(); reason != nil {
			result = Answer{ID: request.ID, Err: fmt.Sprintf("panic: %v", reason), Stage: "panic"}
		}
	}()
	data, err := request.data()
	if err != nil {
		result.Err, result.Stage = err.Error(), "data"
		return result
	}
	parsed, err := request.parse()
	if err != nil {
		result.Err, result.Stage = err.Error(), "parse"
		return result
	}
	var written strings.Builder
	err = parsed.Execute(&written, data)
	text := written.String()
	if err != nil {
		result.Err, result.Stage, result.Partial = err.Error(), "exec", &text
		return result
	}
	if request.HelmNoValue {
		text = strings.ReplaceAll(text, "<no value>", "")
	}
	result.Out = &text
	if request.Post == "yaml" {
		result.Object, err = object(text)
		if err != nil {
			result.ObjErr = err.Error()
		}
	}
	return result
}

// object is a document as Kubernetes' clients read it, as JSON.
func object(text string) ([]byte, error) {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
