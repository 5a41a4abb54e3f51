"""Prints the bill of materials of the executable and its image, CycloneDX 1.5: NuGet packages, the .NET runtime, Debian packages.

usage: sbom.py VERSION RUNTIME PROJECT.ASSETS.JSON FILE-WITH-DEBIAN-PACKAGES
"""
import base64
import glob
import json
import os
import re
import subprocess
import sys
import uuid


def main(version, runtime, assets_file, packages_file):
    with open(assets_file) as f:
        assets = json.load(f)
    folders = list(assets["packageFolders"])
    target = assets["targets"].get(f"net10.0/{runtime}") or sys.exit(f"{assets_file} was not restored for {runtime}: run eng/publish.sh first")
    components = [nuget(key, assets["libraries"][key], folders) for key, used in target.items() if used["type"] == "package" and ships(used)]
    components += [runtime_pack(pack, folders) for pack in runtime_packs(assets, runtime)]
    with open(packages_file) as f:
        components += [debian(line.strip()) for line in f if line.strip()]
    components.sort(key=lambda component: component["purl"])
    root = f"pkg:generic/plumbline@{version}"
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # The same contents get the same number.
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, root + json.dumps(components, sort_keys=True))),
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "plumbline", "version": version, "purl": root, "bom-ref": root, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [component["bom-ref"] for component in components]}],
    }
    json.dump(bom, sys.stdout, indent=1)
    print()


def ships(used):
    """Analyzers and build tasks are packages as well, but bring nothing that runs."""
    return any(not path.endswith("/_._") for kind in ("runtime", "native", "runtimeTargets") for path in used.get(kind, {}))


def nuget(key, library, folders):
    name, version = key.split("/")
    directory = next((os.path.join(folder, library["path"]) for folder in folders if os.path.isdir(os.path.join(folder, library["path"]))), "")
    component = library_of(name, version, f"pkg:nuget/{name}@{version}", license_of_nuspec(directory))
    component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(library["sha512"]).hex()}]
    return component


def runtime_packs(assets, runtime):
    """Only what ends up inside the executable, not the compilers that are downloaded beside it."""
    for framework in assets["project"]["frameworks"].values():
        for pack in framework.get("downloadDependencies", []):
            if pack["name"].endswith(f".Runtime.{runtime}"):
                yield pack["name"], re.sub(r"[\[\]]", "", pack["version"]).split(",")[0].strip()


def runtime_pack(pack, folders):
    name, version = pack
    directory = next((d for folder in folders for d in glob.glob(os.path.join(folder, name.lower(), version))), "")
    return library_of(name, version, f"pkg:nuget/{name}@{version}", license_of_nuspec(directory))


def license_of_nuspec(directory):
    for nuspec in glob.glob(os.path.join(directory, "*.nuspec")):
        with open(nuspec, encoding="utf-8-sig") as f:
            if match := re.search(r'<license type="expression">([^<]+)</license>', f.read()):
                return match.group(1)
    return None


def debian(package):
    fields = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}", package], check=True, capture_output=True, text=True).stdout
    name, version, architecture = fields.split("\t")
    with open("/usr/lib/os-release") as f:
        distribution = re.search(r'^ID="?([a-z]+)', f.read(), re.MULTILINE).group(1)
    return library_of(name, version, f"pkg:deb/{distribution}/{name}@{version.replace(':', '%3A')}?arch={architecture}", None)


def library_of(name, version, purl, license_expression):
    component = {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}
    if license_expression:
        component["licenses"] = [{"expression": license_expression}]
    return component


if __name__ == "__main__":
    main(*sys.argv[1:])
