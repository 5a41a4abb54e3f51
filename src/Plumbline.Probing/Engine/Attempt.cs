using System.Net;
using Plumbline.Core.Evidence;

namespace Plumbline.Probing.Engine;

/// <summary>What came of trying one address.</summary>
internal readonly record struct Attempt(ProbeOutcome Outcome, ProvenStage Proven, string? Detail)
{
    public IPAddress? Address { get; init; }

    public IcmpError? Icmp { get; init; }

    public int Retransmits { get; init; }

    public double? ConnectMilliseconds { get; init; }

    public double? TlsMilliseconds { get; init; }

    public double? HttpMilliseconds { get; init; }

    public int? HttpStatus { get; init; }
}
