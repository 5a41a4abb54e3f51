#!/usr/bin/env bash
# Builds the image without a daemon and without a registry, on Debian or Ubuntu: eng/image.sh [DIRECTORY], by default artifacts/image.
#   plumbline.oci.tar    an OCI archive that is also one for `docker load`, `ctr images import`, `kind load image-archive` and `skopeo copy`
#   plumbline.cdx.json   its bill of materials (CycloneDX); the same is inside the image
# The image holds the executable, the few libraries of this machine that it needs, and no shell. IMAGE is its name, RUNTIME for what it is built
# (the architecture of this machine). Nothing in it depends on when or by whom it is built; where it is built may show in the executable's symbols.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-artifacts/image}
mkdir -p "$out"
out=$(cd "$out" && pwd)
: "${RUNTIME:=linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')}"
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
: "${IMAGE:=localhost/plumbline:$version}"
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in dotnet python3 ldd dpkg-query; do
	command -v "$tool" >/dev/null || { echo "eng/image.sh needs $tool; the Dockerfile needs Docker only" >&2; exit 1; }
done

eng/publish.sh "$RUNTIME" "$work/publish"

# What the loader wants, and what .NET opens by name: OpenSSL. Globalization is invariant, so there is no ICU.
libraries() {
	ldd "$work/publish/plumbline" | grep -oE '/[^ ]+'
	local found
	for name in libssl.so.3 libcrypto.so.3; do
		found=$(ldconfig -p | awk -v n="$name" '$1 == n && /x86-64|AArch64/ {print $NF; exit}')
		[ -n "$found" ] || { echo "$name is not installed: apt-get install libssl3" >&2; exit 1; }
		echo "$found"
	done
}

root=$work/libraries
mkdir -p "$root"/{etc,tmp,usr/lib,usr/lib64,var/lib/dpkg/status.d,usr/share/doc}
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
chmod 1777 "$root/tmp"
libraries | sort -u >"$work/libraries.txt"
while read -r library; do
	install -D -m 0755 "$(realpath "$library")" "$root/usr/${library#/usr}"
	# /lib is a link to /usr/lib, and packages know a file by one of the two names
	{ dpkg-query -S "$(realpath "$library")" || dpkg-query -S "${library#/usr}"; } 2>/dev/null | head -n 1 | sed 's/: .*//'
done <"$work/libraries.txt" | sort -u >"$work/packages.txt"
while read -r package; do
	name=${package%%:*}
	dpkg-query -s "$package" | grep -vE '^(Conffiles:| )' >"$root/var/lib/dpkg/status.d/$name"
	install -D -m 0644 "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/copyright"
done <"$work/packages.txt"
install -m 0644 /usr/lib/os-release "$root/etc/os-release"
printf 'root:x:0:0:root:/:/sbin/nologin\nplumbline:x:65532:65532:plumbline:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nplumbline:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

app=$work/app
mkdir -p "$app"
install -m 0755 "$work/publish/plumbline" "$app/plumbline"
python3 eng/image/sbom.py "$version" "$RUNTIME" src/Plumbline/obj/project.assets.json "$work/packages.txt" >"$out/plumbline.cdx.json"
install -m 0644 "$out/plumbline.cdx.json" "$app/plumbline.cdx.json"
install -m 0644 LICENSE "$app/LICENSE"

# Libraries first: that layer stays the same from one version to the next.
python3 eng/image/archive.py --name "$IMAGE" --version "$version" --revision "$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
	--architecture "${RUNTIME#linux-}" --out "$out/plumbline.oci.tar" "$root" "$app"
