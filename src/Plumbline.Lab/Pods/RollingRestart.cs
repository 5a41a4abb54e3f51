using System.Security.Cryptography;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Faults;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Pods;

/// <summary>
/// Replaces the pods of the estate's workloads one by one, as their controllers do in a rollout: new names (but in a StatefulSet), uids and addresses.
/// <code>
///   Deployment, Job:           new pod ─▶ Ready ─▶ old pod Terminating, still serving ─▶ gone
///   StatefulSet, DaemonSet:    old pod Terminating, still serving ─▶ gone ─▶ new pod ─▶ Ready
/// </code>
/// </summary>
internal sealed class RollingRestart(PlacedEstate estate, EstateObjects objects, LabNetwork network, ApiObjects api, FaultInjector faults, TimeProvider time)
{
    public const string All = "--all";

    /// <summary>What a container takes to open its ports and pass its readiness probe.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(30);

    /// <summary>How many workloads roll at a time.</summary>
    private const int AtATime = 8;

    private int _restarts;

    /// <param name="target">A workload (namespace/name), or <see cref="All"/>.</param>
    /// <returns>How many pods were replaced.</returns>
    /// <exception cref="InvalidOperationException">There is no such workload, or a pod does not go.</exception>
    public async Task<int> RunAsync(string target, CancellationToken cancellation)
    {
        var workloads = estate.Model.Workloads.Where(w => target == All || w.Key == target).ToList();
        if (workloads.Count == 0)
        {
            throw new InvalidOperationException($"no workload '{target}': {string.Join(", ", estate.Model.Workloads.Select(w => w.Key))}, or {All}");
        }

        var run = Interlocked.Increment(ref _restarts);
        var replaced = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(workloads, options, async (workload, stop) =>
        {
            var pods = estate.Pods.All.Where(p => p.Workload == workload.Key).OrderByDescending(p => p.Name, StringComparer.Ordinal).ToList();
            foreach (var (pod, i) in pods.Select((p, i) => (p, i)))
            {
                await ReplaceAsync(workload, pod, $"{workload.Key}/{run}/{i}", stop);
                Interlocked.Increment(ref replaced);
            }
        });
        return replaced;
    }

    private async Task ReplaceAsync(EstateWorkload workload, RunningPod old, string seed, CancellationToken cancellation)
    {
        var (ownerKind, ownerName) = EstatePlan.OwnerOf(workload);
        var keepsItsPlace = workload.Kind is "StatefulSet" or "DaemonSet" || workload.HostNetwork;
        var name = workload.Kind == "StatefulSet" ? old.Name : $"{ownerName}-{EstatePlan.Suffix(seed, RandomNumberGenerator.GetInt32(1, int.MaxValue), 5)}";
        var nodes = network.Nodes.Select(n => n.Name).ToList();
        var node = keepsItsPlace ? old.Node : nodes[(nodes.IndexOf(old.Node) + 1) % nodes.Count];
        var plan = new PlannedPod(workload, name, node, ownerKind, ownerName);
        if (keepsItsPlace)
        {
            await EndAsync(old, cancellation);
            await StartAsync(plan, cancellation);
        }
        else
        {
            await StartAsync(plan, cancellation);
            await EndAsync(old, cancellation);
        }
    }

    private async Task StartAsync(PlannedPod plan, CancellationToken cancellation)
    {
        var own = plan.Workload.HostNetwork ? null : await network.AddPodAsync(new PodPlacement(plan.Node), cancellation);
        var pod = estate.Running(plan, own);
        await objects.CreatePodAsync(plan, pod, cancellation);
        estate.Pods.Set(pod);
        await Task.Delay(StartTime, time, cancellation);
        await faults.RefreshAsync(cancellation);
        await faults.ReportAsync(cancellation);
    }

    private async Task EndAsync(RunningPod pod, CancellationToken cancellation)
    {
        await api.DeleteAsync(Manifests.Named("v1", "Pod", pod.Namespace, pod.Name), cancellation);
        for (var started = time.GetTimestamp(); estate.Pods.Find(pod.Key)?.Place == pod.Place;)
        {
            if (time.GetElapsedTime(started) > GoneLimit)
            {
                throw new InvalidOperationException($"pod {pod.Key} was deleted and is still there after {GoneLimit.TotalSeconds:0} s");
            }

            await Task.Delay(Look, time, cancellation);
        }

        objects.Forget(pod.Key);
    }
}
