using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tables;

/// <summary>The one word that <c>kubectl get pods</c> gives a pod: the phase, unless a container has something more telling.</summary>
internal static class PodStatus
{
    public static string Of(JsonObject pod)
    {
        var status = pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Unknown";
        var initializing = Initializing(pod);
        if (initializing is not null)
        {
            status = initializing;
        }
        else
        {
            var hasRunning = false;
            foreach (var container in (pod.Items("status", "containerStatuses") ?? []).Reverse())
            {
                var waiting = container.Text("state", "waiting", "reason");
                var terminated = container.At("state", "terminated");
                if (!string.IsNullOrEmpty(waiting))
                {
                    status = waiting;
                }
                else if (terminated is not null)
                {
                    status = terminated.Text("reason") ?? (terminated.Number("signal") is > 0 and var signal ? $"Signal:{signal}" : $"ExitCode:{terminated.Number("exitCode")}");
                }
                else if (container.Flag("ready") == true && container.At("state", "running") is not null)
                {
                    hasRunning = true;
                }
            }

            if (status == "Completed" && hasRunning)
            {
                status = IsReady(pod) ? "Running" : "NotReady";
            }
        }

        return pod.Text("metadata", "deletionTimestamp") is null ? status : pod.Text("status", "reason") == "NodeLost" ? "Unknown" : "Terminating";
    }

    public static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var containers = pod.Items("status", "containerStatuses") ?? [];
        var count = containers.Sum(each => each.Number("restartCount") ?? 0);
        var last = containers.Select(each => each.Text("lastState", "terminated", "finishedAt")).OfType<string>().Max(StringComparer.Ordinal);
        return count > 0 && last is not null ? $"{count} ({Ages.Since(last, now)} ago)" : $"{count}";
    }

    private static string? Initializing(JsonObject pod)
    {
        var containers = pod.Items("status", "initContainerStatuses") ?? [];
        foreach (var (i, container) in containers.Index())
        {
            var terminated = container.At("state", "terminated");
            if (terminated.Number("exitCode") == 0 || container.Flag("started") == true)
            {
                continue;
            }

            return terminated is not null
                ? $"Init:{terminated.Text("reason") ?? $"ExitCode:{terminated.Number("exitCode")}"}"
                : container.Text("state", "waiting", "reason") is { Length: > 0 } waiting && waiting != "PodInitializing"
                    ? $"Init:{waiting}"
                    : $"Init:{i}/{pod.Items("spec", "initContainers")?.Count ?? containers.Count}";
        }

        return null;
    }

    private static bool IsReady(JsonObject pod) => (pod.Items("status", "conditions") ?? []).Any(each => each.Text("type") == "Ready" && each.Text("status") == "True");
}
