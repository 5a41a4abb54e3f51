using System.Globalization;

namespace Plumbline.Lab.Running;

internal enum OutputFormat
{
    Table,
    Json,
}

/// <summary>What the lab was asked for; travels to the inner process as its command line.</summary>
internal sealed record LabOptions
{
    /// <summary>Up, judge, print, down; otherwise it stays up until Ctrl-C.</summary>
    public bool Verify { get; init; }

    /// <summary>Another estate than the built-in one, without documents. Default: none.</summary>
    public string? Estate { get; init; }

    /// <summary>Nodes, pods and the estate's Services have IPv6 addresses, too. Default: IPv4 only.</summary>
    public bool DualStack { get; init; }

    /// <summary>Injected before operator and agents start.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public OutputFormat Output { get; init; } = OutputFormat.Table;

    /// <summary>How long <see cref="Verify"/> may take until all rows are judged. Default: 180 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Between two probes of a row. Default: 5 s, so that changes show soon.</summary>
    public int IntervalSeconds { get; init; } = 5;

    public IReadOnlyList<string> ToArguments() =>
    [
        Verify ? "verify" : "run",
        "--output", Output == OutputFormat.Json ? "json" : "table",
        "--timeout", ((int)Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        "--interval", IntervalSeconds.ToString(CultureInfo.InvariantCulture),
        .. Estate is null ? (string[])[] : ["--estate", Estate],
        .. DualStack ? (string[])["--dual-stack"] : [],
        .. Faults.SelectMany(f => new[] { "--fault", f }),
    ];
}
