package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/semver"
	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

const (
	notesFile = "NOTES.txt"

	// Deeper than any chart means: an include that includes itself.
	maxDepth = 1000
)

var documentSeparator = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?$`)

type document struct{ source, content string }

type rendering struct {
	documents []document
	notes     string
}

func (r *rendering) write(out io.Writer, showOnly string) error {
	shown := 0
	for _, d := range r.documents {
		if showOnly != "" && !strings.HasSuffix(d.source, "/"+showOnly) {
			continue
		}
		shown++
		if _, err := fmt.Fprintf(out, "---\n# Source: %s\n%s\n", d.source, d.content); err != nil {
			return err
		}
	}
	if showOnly != "" && shown == 0 {
		return fmt.Errorf("template %s renders nothing", showOnly)
	}
	return nil
}

type capabilities struct {
	KubeVersion kubeVersion
	APIVersions apiVersions
}

type kubeVersion struct{ Version, Major, Minor string }

func (v kubeVersion) String() string { return v.Version }

func (v kubeVersion) GitVersion() string { return v.Version }

type apiVersions []string

func (v apiVersions) Has(name string) bool {
	for _, known := range v {
		if known == name {
			return true
		}
	}
	return false
}

func render(c *chart, values map[string]interface{}, opts *options) (*rendering, error) {
	version, err := semver.NewVersion(opts.kubeVersion)
	if err != nil {
		return nil, fmt.Errorf("--kube-version %s: %w", opts.kubeVersion, err)
	}
	if err := supports(c, version); err != nil {
		return nil, err
	}
	top := map[string]interface{}{
		"Values": values,
		"Chart":  chartMetadata(c),
		"Files":  c.files,
		"Release": map[string]interface{}{
			"Name": opts.name, "Namespace": opts.namespace, "Service": "Helm", "Revision": 1, "IsInstall": !opts.upgrade, "IsUpgrade": opts.upgrade,
		},
		"Capabilities": capabilities{
			KubeVersion: kubeVersion{Version: "v" + version.String(), Major: fmt.Sprint(version.Major()), Minor: fmt.Sprint(version.Minor())},
			APIVersions: append(apiVersions{"v1", "apps/v1", "policy/v1", "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1"}, opts.apiVersions...),
		},
	}
	return newEngine(c).render(c, top)
}

// Chart.yaml's fields are upper-case in templates: .Chart.AppVersion.
func chartMetadata(c *chart) map[string]interface{} {
	fields := map[string]interface{}{}
	for key, value := range c.metadata {
		name := strings.ToUpper(key[:1]) + key[1:]
		if key == "apiVersion" {
			name = "APIVersion"
		}
		fields[name] = value
	}
	return fields
}

func supports(c *chart, version *semver.Version) error {
	wanted, _ := c.metadata["kubeVersion"].(string)
	if wanted == "" {
		return nil
	}
	constraint, err := semver.NewConstraint(wanted)
	if err != nil {
		return fmt.Errorf("Chart.yaml: kubeVersion: %w", err)
	}
	if !constraint.Check(version) {
		return fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes v%s", wanted, version)
	}
	return nil
}

type engine struct {
	root  *template.Template
	depth map[string]int
}

func newEngine(c *chart) *engine {
	e := &engine{root: template.New(c.name()), depth: map[string]int{}}
	// A missing key is empty, as in Helm, where only "<no value>" is left of it and is then taken away.
	e.root.Option("missingkey=zero")
	e.root.Funcs(e.functions())
	return e
}

func (e *engine) render(c *chart, top map[string]interface{}) (*rendering, error) {
	names := sortedKeys(c.templates)
	for _, name := range names {
		if _, err := e.root.New(c.name() + "/" + name).Parse(c.templates[name]); err != nil {
			return nil, fmt.Errorf("parse error: %w", err)
		}
	}
	result := &rendering{}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		full := c.name() + "/" + name
		top["Template"] = map[string]interface{}{"Name": full, "BasePath": c.name() + "/templates"}
		text, err := e.execute(e.root, full, top)
		if err != nil {
			return nil, fmt.Errorf("execution error: %w", err)
		}
		if path.Base(name) == notesFile {
			result.notes = text
			continue
		}
		documents, err := splitDocuments(full, text)
		if err != nil {
			return nil, err
		}
		result.documents = append(result.documents, documents...)
	}
	return result, nil
}

func (e *engine) execute(in *template.Template, name string, data interface{}) (string, error) {
	var b strings.Builder
	if err := in.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return strings.ReplaceAll(b.String(), "<no value>", ""), nil
}

func splitDocuments(source, text string) ([]document, error) {
	var documents []document
	for _, part := range documentSeparator.Split(text, -1) {
		var content map[string]interface{}
		if err := yaml.UnmarshalStrict([]byte(part), &content); err != nil {
			return nil, fmt.Errorf("%s renders no YAML object: %w\n%s", source, err, numbered(part))
		}
		if len(content) > 0 {
			documents = append(documents, document{source, strings.Trim(part, "\n")})
		}
	}
	return documents, nil
}

func numbered(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = fmt.Sprintf("%4d  %s", i+1, lines[i])
	}
	return strings.Join(lines, "\n")
}

func (e *engine) functions() template.FuncMap {
	functions := sprig.TxtFuncMap()
	// A chart must not see the machine that renders it.
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = toYAML
	functions["fromYaml"] = func(text string) map[string]interface{} { return fromYAML(text) }
	functions["fromYamlArray"] = fromYAMLArray
	functions["toJson"] = func(value interface{}) string { return toJSON(value) }
	functions["fromJson"] = func(text string) map[string]interface{} { return fromYAML(text) }
	functions["fromJsonArray"] = fromYAMLArray
	functions["include"] = e.include
	functions["tpl"] = e.tpl
	functions["lookup"] = func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} }
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || isText && text == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	functions["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	return functions
}

func (e *engine) include(name string, data interface{}) (string, error) {
	if e.depth[name] >= maxDepth {
		return "", fmt.Errorf("template %q includes itself without end", name)
	}
	e.depth[name]++
	defer func() { e.depth[name]-- }()
	return e.execute(e.root, name, data)
}

func (e *engine) tpl(text string, data interface{}) (string, error) {
	// A copy, so that what the text defines ends with it.
	scope, err := e.root.Clone()
	if err != nil {
		return "", err
	}
	scope.Option("missingkey=zero")
	if _, err := scope.New("tpl").Parse(text); err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", text, err)
	}
	return e.execute(scope, "tpl", data)
}

// Without the last line break, so that it can be piped to nindent. What cannot be written is empty, as in Helm.
func toYAML(value interface{}) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}

func toJSON(value interface{}) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// Errors are values in Helm: under the key Error.
func fromYAML(text string) map[string]interface{} {
	values := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(text), &values); err != nil {
		values["Error"] = err.Error()
	}
	return values
}

func fromYAMLArray(text string) []interface{} {
	items := []interface{}{}
	if err := yaml.Unmarshal([]byte(text), &items); err != nil {
		items = []interface{}{err.Error()}
	}
	return items
}
