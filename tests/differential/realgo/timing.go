package main

import (
	"encoding/json"
	"strings"
	"syscall"

	"sigs.k8s.io/yaml"
)

// Times are the mean microseconds of CPU of one of a request's renders in a row, with the collector's share:
// they do not tell what else the machine does.
type Times struct {
	ID      any     `json:"id,omitempty"`
	Err     string  `json:"err,omitempty"`
	Render  float64 `json:"render"`  // to text
	Objects float64 `json:"objects"` // to text, its documents to maps, and these to JSON
}

func measure(request *Request) (times Times) {
	times.ID = request.ID
	data, err := request.data()
	if err != nil {
		times.Err = err.Error()
		return times
	}
	parsed, err := request.parse()
	if err != nil {
		times.Err = err.Error()
		return times
	}
	var text strings.Builder
	render := func() error {
		text.Reset()
		return parsed.Execute(&text, data)
	}
	objects := func() error {
		if err := render(); err != nil {
			return err
		}
		var object map[string]any
		if err := yaml.Unmarshal([]byte(text.String()), &object); err != nil {
			return err
		}
		_, err := json.Marshal(object)
		return err
	}
	times.Render, err = mean(render, request.Repetitions)
	if err == nil {
		times.Objects, err = mean(objects, request.Repetitions)
	}
	if err != nil {
		times.Err = err.Error()
	}
	return times
}

func mean(call func() error, repetitions int) (float64, error) {
	begun, err := used()
	if err != nil {
		return 0, err
	}
	for range repetitions {
		if err := call(); err != nil {
			return 0, err
		}
	}
	ended, err := used()
	return (ended - begun) / float64(repetitions), err
}

// used is what all threads of this process have used up so far, in microseconds.
func used() (float64, error) {
	var usage syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e3, err
}
