using System.Collections.Immutable;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Evidence;

/// <summary>As much of a result as is kept of each pair: small, since there are very many. Certificates and latencies are kept beside it.</summary>
public sealed class KnownResult
{
    private readonly long _time;
    private readonly short _status;
    private readonly float _dns;
    private readonly float _tls;
    private readonly float _http;

    /// <param name="address">The address that was tried; given apart so that it can be a string that is there already.</param>
    public KnownResult(ProbeResult result, string? address)
    {
        (_time, Outcome, Proven, Address, Icmp, Detail) = (result.Time.UtcTicks, result.Outcome, result.Proven, address, result.Icmp, result.Detail);
        Remarks = result.Remarks;
        FailedAddresses = result.FailedAddresses.Length == 0 ? [] : result.FailedAddresses;
        _status = (short)(result.HttpStatus ?? 0);
        (_dns, _tls, _http) = (Milliseconds(result.Timings.Dns), Milliseconds(result.Timings.Tls), Milliseconds(result.Timings.Http));
    }

    public DateTimeOffset Time => new(_time, TimeSpan.Zero);

    public ProbeOutcome Outcome { get; }

    public ProvenStage Proven { get; }

    public string? Address { get; }

    public IcmpError? Icmp { get; }

    public string? Detail { get; }

    public ProbeRemarks Remarks { get; }

    public FailedAddress[] FailedAddresses { get; }

    public int? HttpStatus => _status == 0 ? null : _status;

    /// <summary>Of a phase other than connecting, which <see cref="LatencyWindow"/> keeps more of; null when it was not measured.</summary>
    public double? Milliseconds(ProbePhase phase) => phase switch
    {
        ProbePhase.Dns => Measured(_dns),
        ProbePhase.Tls => Measured(_tls),
        ProbePhase.Http => Measured(_http),
        ProbePhase.Connect => null,
    };

    /// <summary>But for times and latencies.</summary>
    public bool SaysTheSame(KnownResult other) => Outcome == other.Outcome && Proven == other.Proven && _status == other._status && Address == other.Address
        && Icmp == other.Icmp && Detail == other.Detail && Remarks == other.Remarks && FailedAddresses.AsSpan().SequenceEqual(other.FailedAddresses);

    private static float Milliseconds(double? measured) => measured is { } milliseconds ? (float)milliseconds : float.NaN;

    private static double? Measured(float milliseconds) => float.IsNaN(milliseconds) ? null : Math.Round(milliseconds, 6);
}
