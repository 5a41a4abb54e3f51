using System.Globalization;
using k8s.Models;
using Plumbline.Api;
using Plumbline.Api.Mapping;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Operator.Cluster;

/// <summary>A Connection as it goes to the API server.</summary>
public sealed record V1Alpha1Manifest(V1Alpha1Connection Object) : ConnectionManifest(ConnectionFingerprint.Of(Object.Spec));

/// <summary>Our kinds, as the API server has them → what the loop knows of them.</summary>
public static class ObservedMapper
{
    public static ObservedComponent Component(V1Alpha1Component component) => new(
        ComponentMapper.ToComponent(component),
        component.Metadata.Uid ?? "",
        component.Metadata.Generation ?? 0,
        Condition(component.Status?.Conditions, "Resolved"));

    public static ObservedMap Map(V1Alpha1ConnectionMap map)
    {
        var expanded = ConnectionFactory.Expand(map);
        return new ObservedMap(
            map.Metadata.Key(),
            map.Metadata.Uid ?? "",
            map.Metadata.Generation ?? 0,
            [.. expanded.Connections.Select(c => new DesiredConnection(ConnectionMapper.ToDocumented(c).Connection, new V1Alpha1Manifest(c)))],
            [.. expanded.Problems.Select(p => p.ToString())],
            Condition(map.Status?.Conditions, "Verified"));
    }

    public static ObservedConnection Connection(V1Alpha1Connection connection) => new(
        ConnectionMapper.ToDocumented(connection).Connection,
        connection.Metadata.Uid ?? "",
        (connection.Metadata.OwnerReferences ?? []).FirstOrDefault(o => o.Controller == true && o.Kind == V1Alpha1ConnectionMap.EntityKind)?.Uid,
        ConnectionFingerprint.Of(connection.Spec),
        Status(connection.Status));

    private static ObservedStatus Status(V1Alpha1ConnectionStatus? status)
    {
        if (status is null)
        {
            return ObservedStatus.None;
        }

        var (reachable, probed) = Ratio(status.Reachable);
        return new ObservedStatus(
            Condition(status.Conditions, "Verified"),
            status.LastProbeTime,
            reachable,
            probed,
            [.. (status.Outages ?? []).Where(o => o.StartTime is not null).Select(o => new Outage(o.StartTime!.Value, o.EndTime, o.Reason ?? "", o.Pairs ?? 0)).Take(StatusHistory.MaxOutages)])
        {
            Cause = status.Cause is { Key: { } key } cause ? new Cause(key, cause.Message ?? "") : null,
            ReachedBy = [.. (status.ReachedBy ?? []).Select(Reached).OfType<ReachedService>().Take(ReachedServices.Most)],
        };
    }

    private static ReachedService? Reached(V1Alpha1ReachedService reached) =>
        reached is { Port: { } port, Service: { } service } && service.Split('/') is [var @namespace, var name] ? new(new NamespacedName(@namespace, name), port, reached.LostTime) : null;

    private static ObservedCondition? Condition(IReadOnlyList<V1Condition>? conditions, string type) =>
        conditions?.FirstOrDefault(c => c.Type == type) is { } c && Enum.TryParse<VerifiedStatus>(c.Status, out var status)
            ? new ObservedCondition(status, c.Reason ?? "", c.Message ?? "", c.LastTransitionTime == default ? default : c.LastTransitionTime, c.ObservedGeneration ?? 0)
            : null;

    private static (int Reachable, int Probed) Ratio(string? text) =>
        text?.Split('/') is [var a, var b] && int.TryParse(a, CultureInfo.InvariantCulture, out var reachable) && int.TryParse(b, CultureInfo.InvariantCulture, out var probed)
            ? (reachable, probed)
            : (0, 0);
}
