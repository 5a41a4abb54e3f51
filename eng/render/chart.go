package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// A chart's directory, read. Names are relative to the directory, with slashes.
type chart struct {
	metadata  map[string]interface{}
	values    map[string]interface{}
	schema    []byte
	templates map[string]string
	files     files
}

func (c *chart) name() string { return fmt.Sprint(c.metadata["name"]) }

func loadChart(directory string) (*chart, error) {
	c := &chart{values: map[string]interface{}{}, templates: map[string]string{}, files: files{}}
	err := filepath.WalkDir(directory, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(directory, file)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return c.add(filepath.ToSlash(relative), content)
	})
	if err != nil {
		return nil, err
	}
	if c.metadata == nil {
		return nil, fmt.Errorf("%s is no chart: it has no Chart.yaml", directory)
	}
	for _, field := range []string{"apiVersion", "name", "version"} {
		if text, _ := c.metadata[field].(string); text == "" {
			return nil, fmt.Errorf("%s/Chart.yaml: %s is missing", directory, field)
		}
	}
	return c, nil
}

func (c *chart) add(name string, content []byte) error {
	// Windows checkouts and editors: templates and YAML would break on it.
	content = []byte(strings.TrimPrefix(string(content), "\ufeff"))
	switch {
	case name == "Chart.yaml":
		if err := yaml.UnmarshalStrict(content, &c.metadata); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	case name == "values.yaml":
		if err := yaml.UnmarshalStrict(content, &c.values); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	case name == "values.schema.json":
		c.schema = content
	case strings.HasPrefix(name, "templates/"):
		c.templates[name] = string(content)
	default:
		c.files[name] = content
	}
	return nil
}

// What templates see as .Files: everything that is neither a template nor about values.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) GetBytes(name string) []byte { return f[name] }

// Glob takes a pattern whose * does not cross a slash.
func (f files) Glob(pattern string) (files, error) {
	found := files{}
	for name, content := range f {
		matched, err := path.Match(pattern, name)
		if err != nil {
			return nil, fmt.Errorf("glob %q: %w", pattern, err)
		}
		if matched {
			found[name] = content
		}
	}
	return found, nil
}

// AsConfig makes the data of a ConfigMap, by base name.
func (f files) AsConfig() string {
	data := map[string]string{}
	for name, content := range f {
		data[path.Base(name)] = string(content)
	}
	if len(data) == 0 {
		return ""
	}
	return toYAML(data)
}

func (f files) Lines(name string) []string {
	if f[name] == nil {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
