using System.Globalization;
using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// Looks at the sockets of a destination instead of connecting to it: what listens there, for whom, and whether connections wait that nobody
/// accepts. Sends nothing.
/// </summary>
internal static class ListenersProbe
{
    private const int MostNamed = 6;

    public static Attempt Look(ProbeContext context, PlannedProbe probe)
    {
        if (!IPAddress.TryParse(probe.Host, out var address))
            return new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, "sockets are looked up by address, and the host is none");

        var seen = ListeningSockets.Read(context.Loop.Door, context.Origin.Namespace);
        if (seen.Failure is { } failure)
            return new Attempt(NamespaceDoor.IsThere(context.Origin.Namespace) ? ProbeOutcome.NotRun : ProbeOutcome.SourceGone, ProvenStage.Nothing, failure);

        var (remarks, detail) = Describe(seen.Sockets, address, probe.Port);
        return new Attempt(ProbeOutcome.Succeeded, ProvenStage.Nothing, detail) { Address = address, Remarks = remarks };
    }

    /// <returns>The detail is a clause whose subject is the destination.</returns>
    internal static (ProbeRemarks Remarks, string Detail) Describe(IReadOnlyList<ListeningSocket> sockets, IPAddress address, int port)
    {
        var there = sockets.Where(s => s.Port == port).ToList();
        var taking = there.Where(s => s.Takes(address)).ToList();
        if (taking.Count > 0)
        {
            // SO_REUSEPORT: the kernel has chosen one of them by the time that it is full.
            return taking.Find(s => s.IsFull) is { Port: > 0 } full
                ? (ProbeRemarks.AcceptQueueFull, string.Create(CultureInfo.InvariantCulture, $"listens, but its accept queue is full: {full.Waiting} connections wait, and there is room for {full.Room}"))
                : (ProbeRemarks.None, "listens there");
        }

        if (there.Count > 0)
        {
            var where = string.Join(", ", there.Select(s => new IPEndPoint(s.Address, s.Port).ToString()).Distinct().Order(StringComparer.Ordinal).Take(MostNamed));
            return there.TrueForAll(s => s.IsLoopback)
                ? (ProbeRemarks.ListensOnLoopbackOnly, $"listens on {where} only, which nobody outside the pod reaches")
                : (ProbeRemarks.ListensNot, there.TrueForAll(s => s.OnlyIpv6 && s.Address.Equals(IPAddress.IPv6Any)) ? $"listens on port {Number(port)} for IPv6 only" : $"listens on {where}, which is not {address}");
        }

        int[] others = [.. sockets.Where(s => !s.IsLoopback).Select(s => s.Port).Distinct().Order()];
        return others.Length switch
        {
            0 => (ProbeRemarks.ListensNot, $"listens on no port that others reach, so not on {Number(port)}"),
            1 => (ProbeRemarks.ListensNot | ProbeRemarks.ListensOnOtherPort, $"does not listen on port {Number(port)}, but on {Number(others[0])}"),
            _ => (ProbeRemarks.ListensNot, $"does not listen on port {Number(port)} (it does on {string.Join(", ", others.Take(MostNamed).Select(Number))}{(others.Length > MostNamed ? $" and {others.Length - MostNamed} more" : "")})"),
        };
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
