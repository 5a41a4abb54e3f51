// Command render renders a Helm chart as `helm template` does, for what charts/plumbline uses.
//
// It is a test tool: no Helm is to be had from Debian's packages, and what Helm does to a chart is Go's text/template with the sprig
// functions, which are. It has no subcharts, no post-rendering and no cluster (lookup finds nothing).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const usage = `Usage: render NAME CHART [flags]

Renders the chart in directory CHART as release NAME and prints the manifests.

`

type options struct {
	name, chart string
	namespace   string
	valueFiles  list
	set         list
	setString   list
	apiVersions list
	kubeVersion string
	showOnly    string
	upgrade     bool
	notes       bool
	printValues bool
}

// A flag that may be given again.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "Error:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, out, problems io.Writer) error {
	opts, err := parse(args, problems)
	if err != nil {
		return err
	}
	chart, err := loadChart(opts.chart)
	if err != nil {
		return err
	}
	values, err := computeValues(chart, opts)
	if err != nil {
		return err
	}
	if opts.printValues {
		_, err = fmt.Fprintln(out, toYAML(values))
		return err
	}
	rendered, err := render(chart, values, opts)
	if err != nil {
		return err
	}
	if opts.notes {
		_, err = fmt.Fprint(out, rendered.notes)
		return err
	}
	return rendered.write(out, opts.showOnly)
}

func parse(args []string, problems io.Writer) (*options, error) {
	opts := &options{}
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.Usage = func() {
		fmt.Fprint(problems, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&opts.namespace, "namespace", "default", "namespace of the release")
	flags.StringVar(&opts.namespace, "n", "default", "the same as -namespace")
	flags.Var(&opts.valueFiles, "f", "file of values; may be given again, the last one wins")
	flags.Var(&opts.valueFiles, "values", "the same as -f")
	flags.Var(&opts.set, "set", "key.of.value=value[,…]; may be given again")
	flags.Var(&opts.setString, "set-string", "as -set, and the value is a string")
	flags.Var(&opts.apiVersions, "api-versions", "group/version or group/version/Kind that the cluster has; may be given again")
	flags.StringVar(&opts.kubeVersion, "kube-version", "v1.32.0", "version of the cluster")
	flags.StringVar(&opts.showOnly, "show-only", "", "print this template only, such as templates/service.yaml")
	flags.BoolVar(&opts.upgrade, "is-upgrade", false, "render for an upgrade instead of an installation")
	flags.BoolVar(&opts.notes, "notes", false, "print the notes instead of the manifests")
	flags.BoolVar(&opts.printValues, "print-values", false, "print the values that the templates see instead of the manifests")

	// Flags may stand before, between and behind NAME and CHART, as with helm.
	var positional []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		args = flags.Args()
		if len(args) == 0 {
			break
		}
		positional, args = append(positional, args[0]), args[1:]
	}
	if len(positional) != 2 {
		flags.Usage()
		return nil, fmt.Errorf("NAME and CHART are needed, not %d arguments", len(positional))
	}
	opts.name, opts.chart = positional[0], positional[1]
	return opts, nil
}
