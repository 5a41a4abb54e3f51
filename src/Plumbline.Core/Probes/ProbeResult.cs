
namespace Plumbline.Core.Probes;

/// <summary>What one probe came to. Closed: a new member must be judged before it compiles.</summary>
public enum ProbeOutcome : byte
{
    /// <summary>All that the protocol can prove was proven.</summary>
    Succeeded,

    /// <summary>RST, or ICMP port unreachable (<see cref="IcmpError"/> tells which): nothing listens, or a Service has no endpoints.</summary>
    ConnectionRefused,

    /// <summary>No answer to the SYN before the deadline.</summary>
    TimedOut,

    /// <summary>ICMP administratively prohibited (3/9, 3/10, 3/13), or a prohibiting route: somebody said no.</summary>
    Rejected,

    /// <summary>No route, host unreachable, network unreachable.</summary>
    Unreachable,

    /// <summary>The source's resolver knows no address for the name (NXDOMAIN, NODATA), or could not answer (<see cref="ProbeResult.Detail"/> tells which).</summary>
    NameNotResolved,

    /// <summary>Connected, but no TLS session came about.</summary>
    TlsHandshakeFailed,

    /// <summary>Connected, and the peer spoke something that is not HTTP.</summary>
    NotHttp,

    /// <summary>Connected, but no HTTP response came before the deadline.</summary>
    HttpNoResponse,

    /// <summary>Connected, then closed or reset before the protocol proved anything.</summary>
    ClosedByPeer,

    /// <summary>Connected, and the peer says that it will not serve this client: MySQL's "host is blocked", SMTP's 554.</summary>
    TurnedAway,

    /// <summary>A datagram was sent, and nothing came back: it may have been taken, dropped or lost. No evidence about the connection.</summary>
    Silent,

    /// <summary>The agent probes no such target; <see cref="ProbeResult.Detail"/> says which option opens it. No evidence about the connection.</summary>
    TargetRefused,

    /// <summary>The source pod's network namespace is not found, or more than one may be it: no evidence about the connection.</summary>
    SourceNotFound,

    /// <summary>The source pod or its namespace is gone: no evidence about the connection.</summary>
    SourceGone,

    /// <summary>The agent could not run the probe (no descriptor, no permission, overload): no evidence about the connection.</summary>
    NotRun,
}

/// <summary>Facts beside an outcome.</summary>
[Flags]
public enum ProbeRemarks : ushort
{
    None = 0,

    /// <summary>The server asked for a client certificate, and ended the connection for want of one: it is reached, and no more can be proven.</summary>
    ClientCertificateDemanded = 1,

    /// <summary>The answer was in HTTP/2 frames.</summary>
    SpeaksHttp2 = 2,

    /// <summary>The session is older than TLS 1.2.</summary>
    OldTls = 4,

    /// <summary>glibc and musl resolve the name differently; <see cref="ProbeResult.Detail"/> tells how.</summary>
    LibcsDiffer = 8,

    /// <summary>Of <see cref="ProbeProtocol.Listeners"/>: nothing listens there.</summary>
    ListensNot = 16,

    /// <summary>What listens on the port takes connections from its own network only.</summary>
    ListensOnLoopbackOnly = 32,

    /// <summary>With <see cref="ListensNot"/>: there is exactly one other port that something listens on.</summary>
    ListensOnOtherPort = 64,

    /// <summary>Something listens, and more connections wait for it than it has room for.</summary>
    AcceptQueueFull = 128,

    /// <summary>The name is not resolved because no nameserver answers.</summary>
    NameserverSilent = 256,

    /// <summary>A glance; the server itself answered when it was last connected to, within the hour.</summary>
    GreetedLately = 512,
}

/// <summary>How far a probe got; each stage includes those before.</summary>
public enum ProvenStage : byte
{
    Nothing,
    NameResolved,
    Connected,
    TlsEstablished,
    Replied,
}

/// <summary>An ICMP error from the socket's error queue: who rejected, and how.</summary>
/// <param name="Offender">Address of the hop that sent it; the source's own address when its own stack did.</param>
public sealed record IcmpError(int Type, int Code, string Offender);

/// <summary>Milliseconds a phase; null when it did not happen. Connect is the kernel's smoothed round trip, the others are measured in user space.</summary>
/// <param name="Dns">Resolving the name; for a DNS probe, from the question to its answer.</param>
public sealed record ProbeTimings(double? Dns, double? Connect, double? Tls, double? Http)
{
    public static ProbeTimings None { get; } = new(null, null, null, null);
}

/// <summary>The certificate that the peer showed, also when it was not trusted.</summary>
/// <param name="Subject">Distinguished name, at most 200 characters.</param>
/// <param name="Names">DNS names and addresses of the certificate, at most 8.</param>
/// <param name="ChainProblem">Why the chain or the name is not trusted, as the platform says it; null when it is.</param>
public sealed record CertificateFacts(string Subject, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string[] Names, string? ChainProblem)
{
    public bool Equals(CertificateFacts? other) => other is not null && Subject == other.Subject && Issuer == other.Issuer && NotBefore == other.NotBefore
        && NotAfter == other.NotAfter && ChainProblem == other.ChainProblem && Names.AsSpan().SequenceEqual(other.Names);

    public override int GetHashCode() => HashCode.Combine(Subject, Issuer, NotAfter, ChainProblem);
}

/// <summary>An address of a name that failed although another one did what the protocol can prove.</summary>
public sealed record FailedAddress(string Address, ProbeOutcome Outcome, string? Detail);

/// <summary>An observation: what was seen, when, and what it proves. No judgement.</summary>
public sealed record ProbeResult
{
    public required ProbeId Probe { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required ProbeOutcome Outcome { get; init; }

    public ProvenStage Proven { get; init; }

    /// <summary>The address that was tried, whatever came of it; null when the name did not resolve.</summary>
    public string? Address { get; init; }

    public ProbeRemarks Remarks { get; init; }

    public IcmpError? Icmp { get; init; }

    /// <summary>SYN and data retransmits. More than none means that the timings include retransmission waits.</summary>
    public int Retransmits { get; init; }

    public ProbeTimings Timings { get; init; } = ProbeTimings.None;

    public int? HttpStatus { get; init; }

    /// <summary>Null where no TLS was spoken, or the handshake ended before a certificate came.</summary>
    public CertificateFacts? Certificate { get; init; }

    /// <summary>A name is probed at each of its addresses. <see cref="ProbeOutcome.Succeeded"/> with some here: the others of the name work. At most 8.</summary>
    public FailedAddress[] FailedAddresses { get; init => field = value ?? []; } = [];

    /// <summary>One short sentence for a human, at most 200 characters; never a metric label.</summary>
    public string? Detail { get; init; }
}

public static class ProbeOutcomes
{
    /// <summary>False for outcomes that say nothing about the connection: they age into Unknown, never into False.</summary>
    public static bool IsEvidence(this ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.SourceGone or ProbeOutcome.SourceNotFound or ProbeOutcome.NotRun or ProbeOutcome.TargetRefused or ProbeOutcome.Silent => false,
        ProbeOutcome.Succeeded or ProbeOutcome.ConnectionRefused or ProbeOutcome.TimedOut or ProbeOutcome.Rejected or ProbeOutcome.Unreachable
            or ProbeOutcome.NameNotResolved or ProbeOutcome.TlsHandshakeFailed or ProbeOutcome.NotHttp or ProbeOutcome.HttpNoResponse or ProbeOutcome.ClosedByPeer
            or ProbeOutcome.TurnedAway => true,
    };
}
