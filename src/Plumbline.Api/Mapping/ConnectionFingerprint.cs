using System.Security.Cryptography;
using System.Text.Json;

namespace Plumbline.Api.Mapping;

/// <summary>Tells whether a Connection's spec is what its map asks for, without a comparison of what the API server has filled in.</summary>
public static class ConnectionFingerprint
{
    /// <summary>Equal for specs that mean the same: defaults are filled in, and empty lists are none.</summary>
    public static string Of(V1Alpha1ConnectionSpec spec)
    {
        var full = spec with
        {
            PortMatch = spec.PortMatch ?? "All",
            Expect = spec.Expect ?? "Open",
            IntervalSeconds = spec.IntervalSeconds ?? 60,
            TimeoutMilliseconds = spec.TimeoutMilliseconds ?? 3000,
            FailureThreshold = spec.FailureThreshold ?? 3,
            MaxPairs = spec.MaxPairs ?? 64,
            Suspend = spec.Suspend ?? false,
            Ports = NullIfEmpty(spec.Ports),
            PortRanges = NullIfEmpty(spec.PortRanges),
            PortProtocols = NullIfEmpty(spec.PortProtocols),
            Http = spec.Http is { } http
                ? http with { Path = http.Path ?? "/", Method = http.Method ?? "GET", ExpectedStatuses = NullIfEmpty(http.ExpectedStatuses) }
                : null,
            Reference = spec.Reference is { } reference ? reference with { Rows = NullIfEmpty(reference.Rows) } : null,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(full, PlumblineJson.Default.V1Alpha1ConnectionSpec);
        return Convert.ToHexStringLower(SHA256.HashData(json))[..16];
    }

    private static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? list : null;
}
