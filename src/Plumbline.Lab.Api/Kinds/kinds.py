#!/usr/bin/env python3
"""Makes kinds.txt: the fields of the built-in kinds, out of the Go types of k8s.io/api and k8s.io/apimachinery.

usage: kinds.py DIRECTORY > kinds.txt      (DIRECTORY holds api/ and apimachinery/, e.g. $(go env GOPATH)/src/k8s.io)
"""
import re
import sys

ROOT = sys.argv[1]
PACKAGES = {
    "meta/v1": "apimachinery/pkg/apis/meta/v1/types.go",
    "apiextensions.k8s.io/v1": "apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go",
    "v1": "api/core/v1/types.go",
    "autoscaling/v1": "api/autoscaling/v1/types.go",
}
for group, path in {
    "apps": "apps", "batch": "batch", "policy": "policy", "rbac.authorization.k8s.io": "rbac", "networking.k8s.io": "networking",
    "discovery.k8s.io": "discovery", "coordination.k8s.io": "coordination", "events.k8s.io": "events", "authentication.k8s.io": "authentication",
    "authorization.k8s.io": "authorization", "scheduling.k8s.io": "scheduling", "storage.k8s.io": "storage",
}.items():
    PACKAGES[group + "/v1"] = f"api/{path}/v1/types.go"

KINDS = """v1: Namespace Node Pod Service Endpoints Event ConfigMap Secret ServiceAccount PersistentVolumeClaim PersistentVolume ResourceQuota LimitRange Binding
apps/v1: Deployment ReplicaSet StatefulSet DaemonSet
batch/v1: Job CronJob
policy/v1: PodDisruptionBudget Eviction
rbac.authorization.k8s.io/v1: Role RoleBinding ClusterRole ClusterRoleBinding
networking.k8s.io/v1: NetworkPolicy Ingress
discovery.k8s.io/v1: EndpointSlice
coordination.k8s.io/v1: Lease
events.k8s.io/v1: Event
scheduling.k8s.io/v1: PriorityClass
storage.k8s.io/v1: StorageClass
apiextensions.k8s.io/v1: CustomResourceDefinition
autoscaling/v1: Scale
authentication.k8s.io/v1: TokenReview TokenRequest SelfSubjectReview
authorization.k8s.io/v1: SelfSubjectAccessReview SubjectAccessReview LocalSubjectAccessReview SelfSubjectRulesReview
meta/v1: ObjectMeta DeleteOptions"""

SCALARS = {"string": "s", "bool": "b", "int": "i", "int32": "i", "int64": "i", "float64": "d", "byte": "i", "[]byte": "y", "metav1.Time": "T",
           "metav1.MicroTime": "U", "metav1.Duration": "D", "resource.Quantity": "Q", "intstr.IntOrString": "I", "metav1.FieldsV1": "F", "runtime.RawExtension": "R",
           "JSONSchemaProps": "R", "CustomResourceSubresourceStatus": "R", "types.UID": "s", "v1.UID": "s"}
IMPORTS = {"metav1": "meta/v1", "v1": "v1", "corev1": "v1", "apiv1": "v1", "api": "v1", "core": "v1"}

structs, aliases = {}, {}
for package, path in PACKAGES.items():
    text = open(f"{ROOT}/{path}").read()
    text = text[text.index("\npackage "):]
    for name, target in re.findall(r"^type (\w+) (map\[\w+\][\w.\[\]]+|\[\][\w.]+|[\w.]+)\s*$", text, flags=re.M):
        if target != "struct":
            aliases[package, name] = target
    for doc, name, body in re.findall(r"((?:^//[^\n]*\n)*)^type (\w+) struct \{\n(.*?)^\}", text, flags=re.M | re.S):
        structs[package, name] = (doc, body)


def resolve(package, go):
    """A Go type as (kind, message): a scalar's letter, or the message that it is."""
    prefix = ""
    if go.startswith("*"):
        go = go[1:]
    if go in SCALARS:
        return SCALARS[go], None
    if go.startswith("[]"):
        kind, message = resolve(package, go[2:])
        return "[]" + kind, message
    if go.startswith("map["):
        kind, message = resolve(package, go[go.index("]") + 1:])
        return "{}" + kind, message
    home, name = package, go
    if "." in go:
        short, name = go.split(".")
        home = IMPORTS.get(short) or sys.exit(f"unknown import {short} in {package}: {go}")
        if home == "meta/v1" and f"metav1.{name}" in SCALARS:
            return SCALARS[f"metav1.{name}"], None
    if package == "meta/v1" and f"metav1.{name}" in SCALARS:
        return SCALARS[f"metav1.{name}"], None
    if (home, name) in structs:
        return prefix + f"{home}.{name}", (home, name)
    if (home, name) in aliases:
        return resolve(home, aliases[home, name])
    return sys.exit(f"unknown type {go} in {package}")


FIELD = re.compile(r"((?:^\t//.*\n)*)^\t(?:(\w+)[ \t]+)?(\*?(?:map\[[\w.]+\])?(?:\[\])?\*?[\w.]+)[ \t]+`([^`]*)`", flags=re.M)
done, lines = set(), []


def emit(message):
    if message in done:
        return
    done.add(message)
    package, name = message
    doc, body = structs[message]
    fields = []
    for comment, field, go, tags in FIELD.findall(body):
        json = re.search(r'json:"([^"]*)"', tags)
        number = re.search(r'protobuf:"\w+,(\d+)', tags)
        if not json:
            continue
        label, *options = json.group(1).split(",")
        if "metav1.TypeMeta" in go or go == "TypeMeta" or label == "-":
            continue
        kind, target = resolve(package, go)
        flags = []
        if "inline" in options or (not label and not field):
            label = "~"
        if go.startswith("*"):
            flags.append("ptr")
        lists = re.search(r"\+listType=(\w+)", comment)
        if lists and lists.group(1) == "map":
            flags.append("keys=" + ",".join(re.findall(r"\+listMapKey=(\w+)", comment)))
        elif lists and lists.group(1) == "set":
            flags.append("set")
        if re.search(r"\+(map|struct)Type=atomic", comment) or (target and re.search(r"\+(map|struct)Type=atomic", structs[target][0])):
            flags.append("atomic")
        patch = re.search(r'patchMergeKey:"(\w+)"', tags)
        if patch:
            flags.append("merge=" + patch.group(1))
        elif "patchStrategy:\"merge" in tags:
            flags.append("merge")
        default = re.search(r"\+default=(\"[^\"]*\"|\d+|true|false)\s*$", comment, flags=re.M)
        if default:
            flags.append("default=" + default.group(1))
        fields.append(" ".join([number.group(1) if number else "0", label, kind, *flags]))
        if target:
            emit(target)
    lines.append(f"{package}.{name}: " + "; ".join(fields))


for line in KINDS.splitlines():
    package, kinds = line.split(": ")
    for kind in kinds.split():
        emit((package, kind))

print("# Fields of the built-in kinds: number on the wire, name, type, how lists merge. Made by kinds.py from k8s.io/api (Apache-2.0); do not edit.")
print("# s string, b bool, i integer, d number, y bytes, T and U times, D duration, Q quantity, I integer or string, F fieldsV1, R anything; [] list, {} map; ~ is laid into its parent")
print("\n".join(sorted(lines)))
