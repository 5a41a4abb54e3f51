using System.Net;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Engine;

/// <summary>What came of trying one address.</summary>
internal readonly record struct Attempt(ProbeOutcome Outcome, ProvenStage Proven, string? Detail)
{
    public IPAddress? Address { get; init; }

    public IcmpError? Icmp { get; init; }

    public int Retransmits { get; init; }

    /// <summary>The source's own stack could not even try: no route, or no address of that family. Clients then fall back to the other family.</summary>
    public bool NoWayOut { get; init; }

    public ProbeRemarks Remarks { get; init; }

    /// <summary>Closed or reset after what this end said, without a byte: the server may speak something else.</summary>
    public bool ClosedMute { get; init; }

    /// <summary>What came back in the clear is a record of TLS.</summary>
    public bool AnswersInTls { get; init; }

    /// <summary>From a DNS question to its answer, in user space.</summary>
    public double? DnsMilliseconds { get; init; }

    public double? ConnectMilliseconds { get; init; }

    public double? TlsMilliseconds { get; init; }

    public double? HttpMilliseconds { get; init; }

    public int? HttpStatus { get; init; }

    public CertificateFacts? Certificate { get; init; }
}
