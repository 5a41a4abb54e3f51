namespace Plumbline.Import;

/// <summary>What a person says of a document that the document does not say, or not clearly enough.</summary>
public sealed record DocumentReadOptions
{
    public static DocumentReadOptions Default { get; } = new();

    /// <summary>What columns hold. Default: as their titles say.</summary>
    public ColumnOverrides Columns { get; init; } = ColumnOverrides.None;

    /// <summary>The encoding's name as the IANA registers it ("windows-1252", "shift_jis"). Default: as the bytes say.</summary>
    public string? Encoding { get; init; }
}
