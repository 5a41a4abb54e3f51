using System.Net;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Names;

/// <param name="Addresses">IPv4 first, each family in the server's order; empty exactly when <paramref name="Failure"/> is set.</param>
internal readonly record struct NameResolution(IReadOnlyList<IPAddress> Addresses, NameFailure? Failure)
{
    /// <summary>How glibc and musl come to different ends; null when they do not. The end told is glibc's.</summary>
    public string? LibcsDiffer { get; init; }

    public static NameResolution Failed(ProbeOutcome outcome, string detail) => new([], new NameFailure(outcome, detail));

    /// <param name="silent">No nameserver answers.</param>
    public static NameResolution NotResolved(string detail, bool silent = false) => new([], new NameFailure(ProbeOutcome.NameNotResolved, detail, silent));
}

internal sealed record NameFailure(ProbeOutcome Outcome, string Detail, bool Silent = false);
