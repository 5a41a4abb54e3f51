namespace Plumbline.Import.Cells;

/// <summary>Something to say about a cell; the row adds its number and lines.</summary>
internal readonly record struct CellNote(DocumentIssueCode Code, DocumentIssueSeverity Severity, string Message);

/// <param name="Text">The cleaned cell; empty when there is none.</param>
/// <param name="Alternatives">Only slashes or "or" stand between the ports: one of them is enough, unless the description gives each a role.</param>
/// <param name="Protocols">Protocols that the cell itself states for a port ("8301(UDP)", "443/tcp").</param>
internal sealed record PortCell(
    string Text,
    IReadOnlyList<int> Ports,
    IReadOnlyList<PortRange> Ranges,
    bool Alternatives,
    bool Logical,
    IReadOnlyDictionary<int, string> Protocols,
    IReadOnlyList<CellNote> Notes)
{
    public bool IsEmpty => Text.Length == 0;

    public bool HasPorts => Ports.Count + Ranges.Count > 0;
}
