#!/usr/bin/env bash
# Renders what there is to install, without Helm and without a cluster.
#
#   eng/render.sh                            the chart with its default values and the kustomize base, into artifacts/manifests
#   eng/render.sh template NAME CHART [FLAG…]  as `helm template NAME CHART`: -n, -f, --set, --set-string, --show-only, --notes; -h lists them
#   eng/render.sh sync                       copies what the chart ships of deploy/ (definitions, rules, dashboards) into charts/plumbline/files
#   eng/render.sh build                      builds the renderer only and prints where it is
#
# Exit status 3: Go or one of its libraries is missing. As root on Debian or Ubuntu they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
renderer=$root/eng/render/obj/render
libraries=/usr/share/gocode
packages=(golang-go golang-github-masterminds-sprig-dev golang-github-xeipuuv-gojsonschema-dev golang-k8s-sigs-yaml-dev)

have() {
	command -v go >/dev/null && [ -d "$libraries/src/github.com/Masterminds/sprig" ] && [ -d "$libraries/src/github.com/xeipuuv/gojsonschema" ] && [ -d "$libraries/src/sigs.k8s.io/yaml" ]
}

install() {
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "Installing for the renderer: ${packages[*]}" >&2
		{ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}"; } >&2 || true
	fi
	have || { echo "the renderer needs Go and libraries from Debian's packages: sudo apt-get install ${packages[*]}" >&2; exit 3; }
}

build() {
	have || install
	# Debian's libraries are laid out for GOPATH. Two builds at once must not run each other's half-written file.
	mkdir -p "$(dirname "$renderer")"
	(cd eng/render && GO111MODULE=off GOPATH=$libraries GOFLAGS= go build -o "$renderer.$$" . && mv -f "$renderer.$$" "$renderer")
}

case "${1-}" in
build)
	build
	echo "$renderer"
	;;
template)
	shift
	build
	exec "$renderer" "$@"
	;;
sync)
	for copied in crds:crds:.yaml rules:rules:.rules.yaml grafana:dashboards:.json; do
		IFS=: read -r from to kind <<<"$copied"
		mkdir -p "charts/plumbline/files/$to"
		rm -f "charts/plumbline/files/$to"/*"$kind"
		[ ! -d "deploy/$from" ] || find "deploy/$from" -maxdepth 1 -name "*$kind" -exec cp -t "charts/plumbline/files/$to" {} +
	done
	;;
"")
	build
	out=$root/artifacts/manifests
	mkdir -p "$out"
	"$renderer" plumbline charts/plumbline -n plumbline-system >"$out/chart.yaml"
	kubectl kustomize deploy/base >"$out/base.yaml"
	for rendered in chart base; do
		echo "$out/$rendered.yaml: $(grep -c '^kind:' "$out/$rendered.yaml") objects"
	done
	;;
*)
	sed -n '2,9p' "$0" | cut -c3- >&2
	exit 2
	;;
esac
