using Plumbline.Core.Connections;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>One row as metrics show it.</summary>
/// <param name="Pairs">All pairs of the row, also those that take turns.</param>
public sealed record ConnectionView(DocumentedConnection Connection, Verdict Verdict, int Pairs)
{
    /// <summary>When the status last moved; null while nothing was said of the row yet.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Key of what is to be mended; null unless the row is False.</summary>
    public string? Cause { get; init; }

    public RowParties Parties { get; init; } = RowParties.None;
}
