using System.Collections.Immutable;
using Plumbline.Api.Schema;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Mapping;

/// <summary>Reads words and numbers of one spec; what cannot be read becomes a problem that names its field.</summary>
internal sealed class SpecReader(string path, ImmutableArray<SpecProblem>.Builder problems)
{
    public string Path { get; } = path;

    public SpecReader At(string field) => new($"{Path}.{field}", problems);

    public void Report(SpecProblemKind kind, string field, string message) => problems.Add(new(kind, $"{Path}.{field}", message));

    public T? Word<T>(string field, string? text, ImmutableArray<(string Text, T Value)> words)
        where T : struct
    {
        if (Text(text) is not { } given)
            return null;

        foreach (var (known, value) in words)
        {
            if (known == given)
                return value;
        }

        Report(SpecProblemKind.UnknownValue, field, $"'{given}' is not known here; use one of {string.Join(", ", words.Select(w => w.Text))}");
        return null;
    }

    public int Setting(string field, int? value, int least, int most, int @default)
    {
        if (value is not { } given)
            return @default;

        if (given >= least && given <= most)
            return given;

        Report(SpecProblemKind.OutOfBounds, field, $"{given} is not between {least} and {most}; {@default} is used");
        return @default;
    }

    public bool IsPort(string field, int? port)
    {
        if (port is >= 1 and <= Limits.MaxPort)
            return true;

        if (port is { } given)
            Report(SpecProblemKind.OutOfBounds, field, $"{given} is no port; ports are 1 to {Limits.MaxPort}");
        else
            Report(SpecProblemKind.Missing, field, "a port is missing");

        return false;
    }

    /// <summary>Blank text is what the document left open.</summary>
    public static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>The schema's words and what they mean to the core.</summary>
internal static class SpecWords
{
    public static ImmutableArray<(string Text, ConnectionProtocol Value)> Protocols { get; } =
    [
        ("TCP", ConnectionProtocol.Tcp),
        ("TLS", ConnectionProtocol.Tls),
        ("HTTP", ConnectionProtocol.Http),
        ("HTTPS", ConnectionProtocol.Https),
        ("gRPC", ConnectionProtocol.Grpc),
        ("UDP", ConnectionProtocol.Udp),
        ("Logical", ConnectionProtocol.Logical),
    ];

    public static ImmutableArray<(string Text, PortMatch Value)> PortMatches { get; } = [("All", PortMatch.All), ("Any", PortMatch.Any)];

    public static ImmutableArray<(string Text, Expectation Value)> Expectations { get; } = [("Open", Expectation.Open), ("Blocked", Expectation.Blocked)];
}
