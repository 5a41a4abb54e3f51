namespace Plumbline.Import.Tables;

internal enum ColumnRole
{
    /// <summary>A column that no field of a connection stands for.</summary>
    Other,
    Number,
    Source,
    Destination,

    /// <summary>One column for the parties ("What's connecting"): who initiates stands there, the other side in prose or nowhere.</summary>
    Party,

    /// <summary>The component whose ports the table lists: the side that listens.</summary>
    Listener,
    Protocol,
    Port,

    /// <summary>Protocol and port in one cell ("TCP/443").</summary>
    ProtocolPort,
    Classification,
    Description,
}

/// <param name="Offset">Where the title starts in its line; only laid-out-by-place tables need it.</param>
internal sealed record Column(string Title, ColumnRole Role, int Offset = 0);

internal sealed record TableHeader(IReadOnlyList<Column> Columns, IReadOnlyList<int> Lines)
{
    public bool Has(ColumnRole role) => IndexOf(role) >= 0;

    public int IndexOf(ColumnRole role)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Role == role)
                return i;
        }

        return -1;
    }

    public bool HasPorts => Has(ColumnRole.Port) || Has(ColumnRole.ProtocolPort);

    public bool HasProtocol => Has(ColumnRole.Protocol) || Has(ColumnRole.ProtocolPort);

    public bool HasParty => Has(ColumnRole.Source) || Has(ColumnRole.Destination) || Has(ColumnRole.Party) || Has(ColumnRole.Listener);

    /// <summary>
    /// Ports and something to say of them, or both parties: anything less is a table of something else (DNS records, a bill of materials).
    /// A list of ports without parties is read, as nobody should look for its rows in vain; each says what it lacks.
    /// </summary>
    public bool IsOfConnections =>
        (HasPorts && (HasParty || HasProtocol || Has(ColumnRole.Number) || Has(ColumnRole.Description)))
        || (Has(ColumnRole.Source) && Has(ColumnRole.Destination))
        || (HasParty && Has(ColumnRole.Protocol) && Has(ColumnRole.Classification));

    /// <summary>The same titles: a header that a page break repeated.</summary>
    public bool Repeats(TableHeader other) =>
        Columns.Count == other.Columns.Count && Columns.Zip(other.Columns).All(pair => ColumnVocabulary.Key(pair.First.Title) == ColumnVocabulary.Key(pair.Second.Title));
}
