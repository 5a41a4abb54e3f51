#!/bin/sh
# Writes plumbline.prometheusrule.yaml, the same rules for prometheus-operator. Run it after every change of plumbline.rules.yaml; a test compares them.
set -eu
cd "$(dirname "$0")"
{
	cat <<-'HEAD'
	# Made by generate.sh from plumbline.rules.yaml, which also says why the rules are as they are. Do not edit.
	apiVersion: monitoring.coreos.com/v1
	kind: PrometheusRule
	metadata:
	  name: plumbline
	  labels:
	    app.kubernetes.io/name: plumbline
	    app.kubernetes.io/part-of: plumbline
	spec:
	HEAD
	sed -n -e '/^groups:/,$ { s/^\(.\)/  \1/; p }' plumbline.rules.yaml
} >plumbline.prometheusrule.yaml
