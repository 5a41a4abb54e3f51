#!/usr/bin/env bash
# Builds everything, runs every test, and ends with one line: "N passed, N failed[, N skipped]".
# As root on Debian or Ubuntu it first installs what the tests use and the machine lacks; elsewhere those tests are skipped, each with its reason.
# Arguments go to `dotnet test` (for example: ./test.sh --filter TestCategory!=Lab).
set -u
cd "$(dirname "$0")" || exit 1

need() { # command package
	command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] || missing+=("$2")
}
missing=()
need ip iproute2
need nft nftables
need unshare util-linux
need openssl openssl
# prometheus and promtool: rules, metrics and dashboards
need promtool prometheus
need prometheus-alertmanager prometheus-alertmanager
need kubectl kubernetes-client
# go and sprig: the renderer of the chart, with the template engine that Helm has
need go golang-go
[ -d /usr/share/gocode/src/github.com/Masterminds/sprig ] || missing+=(golang-github-masterminds-sprig-dev)
# real servers, whose own counters show what probes do to them; each runs in a namespace of its test
need mariadbd mariadb-server
need sshd openssh-server
need postfix postfix
need nginx nginx-light
need redis-server redis-server
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "Installing for the tests: ${missing[*]}"
		export DEBIAN_FRONTEND=noninteractive
		# only the programs are wanted: policy-rc.d keeps Debian from starting services
		if [ ! -e /usr/sbin/policy-rc.d ]; then
			printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
			trap 'rm -f /usr/sbin/policy-rc.d' EXIT
		fi
		{ apt-get -q update && apt-get -q install -y --no-install-recommends "${missing[@]}"; } >/tmp/plumbline-apt.$$ 2>&1 ||
			{ tail -n 5 /tmp/plumbline-apt.$$; echo "could not install ${missing[*]}: the tests that need them are skipped"; }
		rm -f /tmp/plumbline-apt.$$
	else
		echo "Not installed: ${missing[*]}. The tests that need them are skipped; as root on Debian or Ubuntu this script installs them."
	fi
fi

dotnet build Operator.sln -nologo -v quiet || { echo "0 passed, 1 failed"; exit 1; }

log=$(mktemp)
beside=$(mktemp)
status=0
# Tests that only compute run beside the others, and give way to them: those in network namespaces and the lab mostly wait.
computing=(Core Import Api Generate Metrics Deploy)
run() { # projects, then -- and the arguments of dotnet test
	local projects=() failed=0
	while [ "$1" != -- ]; do projects+=("$1") && shift; done
	shift
	for project in "${projects[@]}"; do
		dotnet test "tests/Plumbline.$project.Tests" --no-build -nologo --logger "console;verbosity=minimal" "$@" 2>&1 || failed=1
	done
	return $failed
}
waiting=()
for directory in tests/Plumbline.*Tests; do
	name=${directory#tests/Plumbline.}
	name=${name%.Tests}
	# the tests of the command itself are in Plumbline.Tests
	[ "$directory" = tests/Plumbline.Tests ] && continue
	[[ " ${computing[*]} " == *" $name "* ]] || waiting+=("$name")
done
(
	renice -n 19 "$BASHPID" >/dev/null
	run "${computing[@]}" -- "$@"
) >"$beside" &
aside=$!
run "${waiting[@]}" -- "$@" | tee "$log"
[ "${PIPESTATUS[0]}" = 0 ] || status=1
dotnet test tests/Plumbline.Tests --no-build -nologo --logger "console;verbosity=minimal" "$@" 2>&1 | tee -a "$log"
[ "${PIPESTATUS[0]}" = 0 ] || status=1
wait "$aside" || status=1
tee -a "$log" <"$beside"

sum() { grep -oE "^(Passed|Failed|Skipped)!.*" "$log" | grep -oE "$1: +[0-9]+" | grep -oE '[0-9]+' | paste -sd+ | { read -r s; echo $((${s:-0})); }; }
passed=$(sum Passed)
failed=$(sum Failed)
skipped=$(sum Skipped)
rm -f "$log" "$beside"
# a run that broke off counts as a failure even when no single test says so
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; fi
echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ]
