using Plumbline.Core.Probes;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// What a failed connect means. The error number alone merges a closed port with a Service that has no endpoints, and a policy's
/// reject with a dead host; the ICMP error from the socket's queue separates them and names the hop.
/// </summary>
internal static class ConnectFailure
{
    private const int Icmp4Unreachable = 3;
    private const int Icmp6Unreachable = 1;

    public static (ProbeOutcome Outcome, string Detail) Classify(int errno, IcmpError? icmp, int retransmits, bool ipv6) => errno switch
    {
        Errno.ConnectionRefused when icmp is null => (ProbeOutcome.ConnectionRefused, "answered with a reset: nothing listens on that port"),
        Errno.ConnectionRefused => (ProbeOutcome.ConnectionRefused, $"{Said(icmp)}: a Service without endpoints, or a reject rule"),
        Errno.TimedOut when icmp is not null => (FromIcmp(icmp, ipv6) ?? ProbeOutcome.TimedOut, $"no answer; {Said(icmp)}"),
        Errno.TimedOut => (ProbeOutcome.TimedOut, $"no answer to the SYN, sent {(retransmits == 0 ? "once" : "more than once")}: dropped on the way, or the accept queue is full"),
        Errno.HostUnreachable or Errno.NetworkUnreachable or Errno.NetworkDown or Errno.HostDown or Errno.NoProtocolOption or Errno.AccessDenied when icmp is not null =>
            (FromIcmp(icmp, ipv6) ?? ProbeOutcome.Unreachable, Said(icmp)),
        Errno.AccessDenied => (ProbeOutcome.Rejected, "a prohibiting route at the source"),
        Errno.NetworkUnreachable => (ProbeOutcome.Unreachable, "no route at the source"),
        Errno.HostUnreachable or Errno.HostDown => (ProbeOutcome.Unreachable, "an unreachable route at the source, or no such neighbour"),
        Errno.NetworkDown => (ProbeOutcome.Unreachable, "the source's network is down"),
        Errno.NoProtocolOption => (ProbeOutcome.Unreachable, "the target does not speak that transport"),
        Errno.InvalidArgument => (ProbeOutcome.Unreachable, "a blackhole route at the source"),
        Errno.FamilyNotSupported => (ProbeOutcome.Unreachable, $"the source has no IPv{(ipv6 ? 6 : 4)}"),
        Errno.AddressNotAvailable when ipv6 => (ProbeOutcome.Unreachable, "the source has no IPv6 address"),
        Errno.AddressNotAvailable or Errno.TryAgain => (ProbeOutcome.NotRun, "no free local port at the source"),
        _ => (ProbeOutcome.NotRun, $"connect failed with {Errno.Name(errno)}"),
    };

    /// <summary>The source's own stack said at once that it has no way there: not one packet left.</summary>
    public static bool IsNoWayOut(int errno, IcmpError? icmp) =>
        icmp is null && errno is Errno.NetworkUnreachable or Errno.AddressNotAvailable or Errno.FamilyNotSupported;

    /// <summary>Null when the message settles nothing.</summary>
    private static ProbeOutcome? FromIcmp(IcmpError icmp, bool ipv6) => (ipv6, icmp.Type, icmp.Code) switch
    {
        (false, Icmp4Unreachable, 9 or 10 or 13) => ProbeOutcome.Rejected,
        (false, Icmp4Unreachable, 3) => ProbeOutcome.ConnectionRefused,
        (false, Icmp4Unreachable, 4) => null,
        (false, Icmp4Unreachable, _) => ProbeOutcome.Unreachable,
        (true, Icmp6Unreachable, 1 or 5 or 6) => ProbeOutcome.Rejected,
        (true, Icmp6Unreachable, 4) => ProbeOutcome.ConnectionRefused,
        (true, Icmp6Unreachable, _) => ProbeOutcome.Unreachable,
        (false, 11, _) or (true, 3, _) => ProbeOutcome.Unreachable,
        _ => null,
    };

    private static string Said(IcmpError icmp) => $"{icmp.Offender} sent ICMP {icmp.Type}/{icmp.Code} ({Meaning(icmp)})";

    private static string Meaning(IcmpError icmp) => (icmp.Type, icmp.Code, icmp.Offender.Contains(':')) switch
    {
        (3, 0, false) or (1, 0, true) => "network unreachable",
        (3, 1, false) or (1, 3, true) => "host unreachable",
        (3, 2, false) => "protocol unreachable",
        (3, 3, false) or (1, 4, true) => "port unreachable",
        (3, 9, false) => "network administratively prohibited",
        (3, 10, false) => "host administratively prohibited",
        (3, 13, false) or (1, 1, true) => "administratively prohibited",
        (1, 5, true) => "source address failed policy",
        (1, 6, true) => "rejecting route",
        (11, _, false) or (3, _, true) => "time exceeded: a routing loop",
        _ => "no more is known",
    };
}
