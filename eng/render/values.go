package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// The chart's values, overlaid by each file and then by each --set, and held to the chart's schema.
func computeValues(c *chart, opts *options) (map[string]interface{}, error) {
	given := map[string]interface{}{}
	for _, file := range opts.valueFiles {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		overlay := map[string]interface{}{}
		if err := yaml.UnmarshalStrict(content, &overlay); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		given = overlaid(given, overlay)
	}
	for _, text := range opts.set {
		if err := setAll(given, text, typedValue); err != nil {
			return nil, fmt.Errorf("--set %s: %w", text, err)
		}
	}
	for _, text := range opts.setString {
		if err := setAll(given, text, func(s string) interface{} { return s }); err != nil {
			return nil, fmt.Errorf("--set-string %s: %w", text, err)
		}
	}
	values := defaulted(given, c.values)
	return values, validate(c, values)
}

// Maps are merged, everything else is replaced; null stays, since it removes a default later.
func overlaid(below, above map[string]interface{}) map[string]interface{} {
	merged := map[string]interface{}{}
	for key, value := range below {
		merged[key] = value
	}
	for key, value := range above {
		lower, isMap := merged[key].(map[string]interface{})
		if upper, alsoMap := value.(map[string]interface{}); isMap && alsoMap {
			value = overlaid(lower, upper)
		}
		merged[key] = value
	}
	return merged
}

// Fills in the chart's defaults. A null removes the default of its key: the templates then see no such key.
func defaulted(given, defaults map[string]interface{}) map[string]interface{} {
	values := map[string]interface{}{}
	for key, value := range given {
		fallback, known := defaults[key]
		if value == nil && known {
			continue
		}
		if table, isMap := value.(map[string]interface{}); isMap {
			if fallbackTable, alsoMap := fallback.(map[string]interface{}); alsoMap {
				value = defaulted(table, fallbackTable)
			}
		}
		values[key] = value
	}
	for key, value := range defaults {
		if _, has := given[key]; !has {
			values[key] = value
		}
	}
	return values
}

func validate(c *chart, values map[string]interface{}) error {
	if len(c.schema) == 0 {
		return nil
	}
	document, err := yaml.Marshal(values)
	if err != nil {
		return err
	}
	if document, err = yaml.YAMLToJSON(document); err != nil {
		return err
	}
	if bytes.Equal(document, []byte("null")) {
		document = []byte("{}")
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewBytesLoader(document))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if result.Valid() {
		return nil
	}
	var lines []string
	for _, problem := range result.Errors() {
		lines = append(lines, "- "+problem.String())
	}
	sort.Strings(lines)
	return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n%s", c.name(), strings.Join(lines, "\n"))
}

// a.b=1,c[0].d=x,e={f,g}: a backslash takes the special meaning of the character behind it.
func setAll(values map[string]interface{}, text string, typed func(string) interface{}) error {
	for _, assignment := range split(text, ',') {
		parts := split(assignment, '=')
		if len(parts) < 2 {
			return fmt.Errorf("key %q has no value", unescape(assignment))
		}
		key, value := parts[0], strings.Join(parts[1:], "=")
		var parsed interface{}
		if strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") {
			items := []interface{}{}
			if inner := value[1 : len(value)-1]; inner != "" {
				for _, item := range split(inner, ',') {
					items = append(items, typed(unescape(item)))
				}
			}
			parsed = items
		} else {
			parsed = typed(unescape(value))
		}
		if err := setPath(values, split(key, '.'), parsed); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func setPath(table map[string]interface{}, path []string, value interface{}) error {
	key, index, err := indexed(path[0])
	if err != nil {
		return err
	}
	if index < 0 {
		if len(path) == 1 {
			table[key] = value
			return nil
		}
		inner, ok := table[key].(map[string]interface{})
		if !ok {
			inner = map[string]interface{}{}
			table[key] = inner
		}
		return setPath(inner, path[1:], value)
	}
	items, _ := table[key].([]interface{})
	for len(items) <= index {
		items = append(items, nil)
	}
	table[key] = items
	if len(path) == 1 {
		items[index] = value
		return nil
	}
	inner, ok := items[index].(map[string]interface{})
	if !ok {
		inner = map[string]interface{}{}
		items[index] = inner
	}
	return setPath(inner, path[1:], value)
}

// "name[2]" is name and 2, "name" is name and -1.
func indexed(part string) (string, int, error) {
	open := strings.IndexByte(part, '[')
	if open < 0 {
		if part == "" {
			return "", 0, errors.New("a key is empty")
		}
		return unescape(part), -1, nil
	}
	index, err := strconv.Atoi(strings.TrimSuffix(part[open+1:], "]"))
	if err != nil || index < 0 || index > 1000 || !strings.HasSuffix(part, "]") {
		return "", 0, fmt.Errorf("%q is no index", part[open:])
	}
	return unescape(part[:open]), index, nil
}

// Splits at a character that is neither escaped nor within braces. Escapes stay.
func split(text string, at byte) []string {
	var parts []string
	start, depth := 0, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '{':
			depth++
		case text[i] == '}':
			depth--
		case text[i] == at && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func typedValue(text string) interface{} {
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	case "0":
		return int64(0)
	}
	// A leading zero is kept: such a thing is an identifier, not a number.
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && !strings.HasPrefix(text, "0") {
		return number
	}
	return text
}
