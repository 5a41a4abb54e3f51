using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Plumbline.Benchmarks.Lists;

/// <summary>
/// The pods of a cluster as its API server writes them: 7.6 KB each, most of it (environment, volumes, managed fields) of no use to us. Forty to a
/// workload, thirty to a node.
/// </summary>
internal static class PodTemplate
{
    public const string VersionPlaceholder = "@version@";

    /// <summary>True or False, of the condition Ready.</summary>
    public const string ReadyPlaceholder = "@ready@";

    public static byte[] Render(int index)
    {
        var workload = index / 40;
        var text = Text
            .Replace("@name@", $"billing-api-{workload}-7c9d4f6b8d-{index:x5}", StringComparison.Ordinal)
            .Replace("@workload@", $"billing-api-{workload}", StringComparison.Ordinal)
            .Replace("@namespace@", $"team-{workload % 50}", StringComparison.Ordinal)
            .Replace("@uid@", string.Create(CultureInfo.InvariantCulture, $"6f0c2f5e-3a1b-4c7d-9e8f-{index:x12}"), StringComparison.Ordinal)
            .Replace("@owner@", string.Create(CultureInfo.InvariantCulture, $"b7a3c9d2-5e4f-4a6b-8c1d-{workload:x12}"), StringComparison.Ordinal)
            .Replace("@node@", $"ip-10-0-{index / 30 / 256}-{index / 30 % 256}.eu-central-1.compute.internal", StringComparison.Ordinal)
            .Replace("@host@", $"10.0.{index / 30 / 256}.{index / 30 % 256}", StringComparison.Ordinal)
            .Replace("@address@", $"10.{64 + (index / 65536)}.{index / 256 % 256}.{index % 256}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    private static readonly string Text = JsonNode.Parse("""
        {
          "metadata": {
            "name": "@name@", "generateName": "@workload@-7c9d4f6b8d-", "namespace": "@namespace@", "uid": "@uid@", "resourceVersion": "@version@",
            "generation": 1, "creationTimestamp": "2026-11-02T09:14:27Z",
            "labels": {
              "app.kubernetes.io/name": "billing-api", "app.kubernetes.io/instance": "@workload@", "app.kubernetes.io/version": "4.18.2",
              "app.kubernetes.io/component": "api", "app.kubernetes.io/managed-by": "Helm", "topology.kubernetes.io/zone": "eu-central-1a", "pod-template-hash": "7c9d4f6b8d"
            },
            "annotations": {
              "checksum/config": "9f2b1c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809", "prometheus.io/scrape": "true", "prometheus.io/port": "9102",
              "cni.projectcalico.org/containerID": "1d0c7b6a5f4e3d2c1b0a9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6b5a4",
              "cni.projectcalico.org/podIP": "@address@/32"
            },
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "@workload@-7c9d4f6b8d", "uid": "@owner@", "controller": true, "blockOwnerDeletion": true}],
            "managedFields": [
              {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": "2026-11-02T09:14:27Z", "fieldsType": "FieldsV1", "fieldsV1": {
                "f:metadata": {"f:annotations": {".": {}, "f:checksum/config": {}, "f:prometheus.io/port": {}, "f:prometheus.io/scrape": {}},
                  "f:generateName": {}, "f:labels": {".": {}, "f:app.kubernetes.io/component": {}, "f:app.kubernetes.io/instance": {}, "f:app.kubernetes.io/managed-by": {}, "f:app.kubernetes.io/name": {}, "f:app.kubernetes.io/version": {}, "f:pod-template-hash": {}},
                  "f:ownerReferences": {".": {}, "k:{\"uid\":\"@owner@\"}": {}}},
                "f:spec": {"f:affinity": {}, "f:containers": {"k:{\"name\":\"api\"}": {".": {}, "f:env": {".": {}, "k:{\"name\":\"DATABASE_HOST\"}": {".": {}, "f:name": {}, "f:value": {}}, "k:{\"name\":\"DATABASE_PASSWORD\"}": {".": {}, "f:name": {}, "f:valueFrom": {}}, "k:{\"name\":\"KAFKA_BROKERS\"}": {".": {}, "f:name": {}, "f:value": {}}}, "f:image": {}, "f:imagePullPolicy": {}, "f:livenessProbe": {".": {}, "f:failureThreshold": {}, "f:httpGet": {".": {}, "f:path": {}, "f:port": {}, "f:scheme": {}}, "f:periodSeconds": {}, "f:successThreshold": {}, "f:timeoutSeconds": {}}, "f:name": {}, "f:ports": {".": {}, "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}, "f:name": {}, "f:protocol": {}}}, "f:resources": {".": {}, "f:limits": {}, "f:requests": {}}}},
                  "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:schedulerName": {}, "f:serviceAccountName": {}, "f:terminationGracePeriodSeconds": {}, "f:volumes": {".": {}, "k:{\"name\":\"config\"}": {".": {}, "f:configMap": {}}}}}},
              {"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": "2026-11-02T09:14:41Z", "fieldsType": "FieldsV1", "subresource": "status", "fieldsV1": {
                "f:status": {"f:conditions": {"k:{\"type\":\"ContainersReady\"}": {".": {}, "f:lastProbeTime": {}, "f:lastTransitionTime": {}, "f:status": {}, "f:type": {}}, "k:{\"type\":\"Initialized\"}": {".": {}, "f:lastProbeTime": {}, "f:lastTransitionTime": {}, "f:status": {}, "f:type": {}}, "k:{\"type\":\"Ready\"}": {".": {}, "f:lastProbeTime": {}, "f:lastTransitionTime": {}, "f:status": {}, "f:type": {}}}, "f:containerStatuses": {}, "f:hostIP": {}, "f:phase": {}, "f:podIP": {}, "f:podIPs": {".": {}, "k:{\"ip\":\"@address@\"}": {".": {}, "f:ip": {}}}, "f:startTime": {}}}}
            ]
          },
          "spec": {
            "volumes": [{"name": "config", "configMap": {"name": "@workload@-config", "defaultMode": 420}},
              {"name": "kube-api-access-x7k2p", "projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}, {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}, {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}], "defaultMode": 420}}],
            "containers": [
              {"name": "api", "image": "registry.example.com/billing/api:4.18.2", "args": ["--config=/etc/billing/config.yaml", "--listen=:8080"],
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}, {"name": "metrics", "containerPort": 9102, "protocol": "TCP"}],
                "env": [{"name": "DATABASE_HOST", "value": "postgres-primary.databases.svc.cluster.local"}, {"name": "DATABASE_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "@workload@-database", "key": "password"}}}, {"name": "KAFKA_BROKERS", "value": "kafka-0.kafka.messaging:9092,kafka-1.kafka.messaging:9092"}, {"name": "POD_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}}],
                "resources": {"limits": {"cpu": "1", "memory": "768Mi"}, "requests": {"cpu": "250m", "memory": "512Mi"}},
                "volumeMounts": [{"name": "config", "readOnly": true, "mountPath": "/etc/billing"}, {"name": "kube-api-access-x7k2p", "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
                "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent", "securityContext": {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false}},
              {"name": "log-shipper", "image": "registry.example.com/platform/log-shipper:2.7.0", "ports": [{"name": "ship", "containerPort": 2020, "protocol": "TCP"}],
                "resources": {"limits": {"memory": "128Mi"}, "requests": {"cpu": "20m", "memory": "64Mi"}}, "volumeMounts": [{"name": "kube-api-access-x7k2p", "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "serviceAccountName": "@workload@", "serviceAccount": "@workload@", "nodeName": "@node@",
            "securityContext": {"runAsUser": 10001, "runAsNonRoot": true, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}}, "schedulerName": "default-scheduler",
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}, {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
            "priority": 0, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority"
          },
          "status": {
            "phase": "Running",
            "conditions": [
              {"type": "PodReadyToStartContainers", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-02T09:14:33Z"}, {"type": "Initialized", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-02T09:14:27Z"},
              {"type": "Ready", "status": "@ready@", "lastProbeTime": null, "lastTransitionTime": "2026-11-02T09:14:41Z"}, {"type": "ContainersReady", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-02T09:14:41Z"},
              {"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-02T09:14:27Z"}],
            "hostIP": "@host@", "hostIPs": [{"ip": "@host@"}], "podIP": "@address@", "podIPs": [{"ip": "@address@"}], "startTime": "2026-11-02T09:14:27Z",
            "containerStatuses": [
              {"name": "api", "state": {"running": {"startedAt": "2026-11-02T09:14:33Z"}}, "lastState": {}, "ready": true, "restartCount": 0, "image": "registry.example.com/billing/api:4.18.2", "imageID": "registry.example.com/billing/api@sha256:3c1d5e7f90a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f3a5b7c9d1e3f4a6b8c0", "containerID": "containerd://8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b", "started": true},
              {"name": "log-shipper", "state": {"running": {"startedAt": "2026-11-02T09:14:34Z"}}, "lastState": {}, "ready": true, "restartCount": 0, "image": "registry.example.com/platform/log-shipper:2.7.0", "imageID": "registry.example.com/platform/log-shipper@sha256:9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d9c8b7a6f5e4d3c2b1a0f9e8d", "containerID": "containerd://1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c3b4a5f6e7d8c9b0a1f2e", "started": true}],
            "qosClass": "Burstable"
          }
        }
        """)!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
