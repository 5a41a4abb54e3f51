#!/usr/bin/env bash
# Publishes the executable that is shipped: eng/publish.sh RUNTIME DIRECTORY, for example eng/publish.sh linux-x64 out.
# Paths of this machine stay out of it; symbols are inside, for stack traces with line numbers.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
dotnet publish "$root/src/Plumbline" -c Release -r "$1" -o "$2" -nologo -v quiet \
	-p:DebugType=embedded -p:ContinuousIntegrationBuild=true -p:PathMap="$root=/_"
mv "$2/Plumbline" "$2/plumbline"
