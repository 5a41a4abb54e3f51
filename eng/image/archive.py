"""Writes an image archive from directories, one layer each: an OCI layout, with the index that `docker load` reads beside it.

Nothing in it depends on when or by whom it is built: entries are sorted, owned by root, and dated SOURCE_DATE_EPOCH.
"""
import argparse
import datetime
import gzip
import hashlib
import io
import json
import os
import tarfile

EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def layer_of(directory):
    """The directory as a tar, uncompressed."""
    def anonymous(info):
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = EPOCH
        return info

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        paths = sorted(os.path.relpath(os.path.join(parent, name), directory) for parent, folders, files in os.walk(directory) for name in folders + files)
        for path in paths:
            tar.add(os.path.join(directory, path), path, recursive=False, filter=anonymous)
    return out.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def descriptor(media_type, data, **more):
    return {"mediaType": "application/vnd.oci.image." + media_type, "digest": "sha256:" + digest(data), "size": len(data), **more}


def as_json(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def main():
    parser = argparse.ArgumentParser()
    for option in ("name", "version", "revision", "architecture", "out"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("directories", nargs="+")
    options = parser.parse_args()
    created = datetime.datetime.fromtimestamp(EPOCH, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    architecture = {"x64": "amd64"}.get(options.architecture, options.architecture)

    plain = [layer_of(directory) for directory in options.directories]
    layers = [gzip.compress(layer, compresslevel=9, mtime=0) for layer in plain]
    config = as_json({
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": {
            "User": "65532:65532",
            "Entrypoint": ["/plumbline"],
            "WorkingDir": "/",
            # Diagnostics would want a socket in /tmp, which is read-only. A small first generation costs nothing measurable here and saves 10 MB.
            "Env": ["DOTNET_EnableDiagnostics=0", "DOTNET_GCgen0size=0x400000"],
            "Labels": {
                "org.opencontainers.image.title": "plumbline",
                "org.opencontainers.image.description": "Verifies documented connections live, from the pods that make them",
                "org.opencontainers.image.version": options.version,
                "org.opencontainers.image.revision": options.revision,
            },
        },
        "history": [{"created": created, "created_by": "eng/image.sh"} for _ in layers],
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer) for layer in plain]},
    })
    manifest = as_json({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", config),
        "layers": [descriptor("layer.v1.tar+gzip", layer) for layer in layers],
    })
    index = as_json({
        "schemaVersion": 2,
        "manifests": [descriptor("manifest.v1+json", manifest, platform={"architecture": architecture, "os": "linux"}, annotations={
            "io.containerd.image.name": options.name,
            "org.opencontainers.image.ref.name": options.name.rpartition(":")[2],
        })],
    })
    docker = as_json([{"Config": "blobs/sha256/" + digest(config), "RepoTags": [options.name], "Layers": ["blobs/sha256/" + digest(layer) for layer in layers]}])

    with tarfile.open(options.out, "w", format=tarfile.PAX_FORMAT) as tar:
        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), 0o644, EPOCH
            tar.addfile(info, io.BytesIO(data))

        add("oci-layout", as_json({"imageLayoutVersion": "1.0.0"}))
        add("index.json", index)
        add("manifest.json", docker)
        for blob in sorted([config, manifest, *layers], key=digest):
            add("blobs/sha256/" + digest(blob), blob)

    def megabytes(parts):
        return f"{sum(map(len, parts)) / 1e6:.1f} MB"

    print(f"image: {megabytes(layers)} ({megabytes(plain)} unpacked), {options.name}, sha256:{digest(manifest)}, {options.out}")


if __name__ == "__main__":
    main()
