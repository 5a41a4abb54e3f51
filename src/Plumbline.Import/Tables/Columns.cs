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

    /// <summary>The component whose ports the table lists: the side that listens, unless the direction says otherwise.</summary>
    Listener,

    /// <summary>The other side, whichever that is: the direction stands elsewhere.</summary>
    Peer,

    /// <summary>Both sides in one cell, with an arrow between them.</summary>
    Parties,

    /// <summary>A host or an address of no stated side; the destination where nothing else is.</summary>
    Address,
    SourceAddress,
    DestinationAddress,
    Protocol,
    Port,

    /// <summary>Where the range ends whose first port stands in the port column.</summary>
    PortRangeEnd,

    /// <summary>The port that the source sends from: never the port to connect to.</summary>
    SourcePort,

    /// <summary>Protocol and port in one cell ("TCP/443").</summary>
    ProtocolPort,
    Classification,
    Action,
    Status,

    /// <summary>What only a table of hardware has: counts, models, speeds.</summary>
    Hardware,

    /// <summary>Left out because a person said so.</summary>
    Ignored,
    Description,
}

/// <summary>Which way a connection goes, seen from the component that a table or heading is about.</summary>
internal enum Flow
{
    NotStated,
    Inbound,
    Outbound,
    Both,
}

/// <param name="Offset">Where the title starts in its line; only laid-out-by-place tables need it.</param>
/// <param name="Protocol">What the title says of its ports: "TCP ports".</param>
/// <param name="Flow">What the title says of its ports: "Outbound ports".</param>
internal sealed record Column(string Title, ColumnRole Role, int Offset = 0, string? Protocol = null, Flow Flow = Flow.NotStated);

internal sealed record TableHeader(IReadOnlyList<Column> Columns, IReadOnlyList<int> Lines)
{
    public bool Has(ColumnRole role) => IndexOf(role) >= 0;

    /// <summary>The first column of a role; others of the same role add to it or stand in for it.</summary>
    public int IndexOf(ColumnRole role)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Role == role)
                return i;
        }

        return -1;
    }

    public IEnumerable<int> AllOf(ColumnRole role) => Enumerable.Range(0, Columns.Count).Where(i => Columns[i].Role == role);

    public bool HasPorts => Has(ColumnRole.Port) || Has(ColumnRole.ProtocolPort);

    public bool HasProtocol => Has(ColumnRole.Protocol) || Has(ColumnRole.ProtocolPort);

    public bool HasParty => Has(ColumnRole.Source) || Has(ColumnRole.Destination) || Has(ColumnRole.Party) || Has(ColumnRole.Listener) || Has(ColumnRole.Peer) || Has(ColumnRole.Parties);

    /// <summary>
    /// Ports and something to say of them, or both parties: anything less is a table of something else (DNS records, a bill of materials).
    /// A list of ports without parties is read, as nobody should look for its rows in vain; each says what it lacks.
    /// </summary>
    public bool IsOfConnections =>
        !IsOfHardware
        && ((HasPorts && (HasParty || HasProtocol || Has(ColumnRole.Number) || Has(ColumnRole.Description)))
            || (Has(ColumnRole.Source) && Has(ColumnRole.Destination))
            || Has(ColumnRole.Parties)
            || (HasParty && Has(ColumnRole.Peer) && (HasProtocol || Has(ColumnRole.Classification)))
            || (HasParty && Has(ColumnRole.Protocol) && Has(ColumnRole.Classification)));

    /// <summary>Counts, models or speeds beside "ports", and no word of who talks to whom: these ports are sockets of a device.</summary>
    public bool IsOfHardware =>
        Has(ColumnRole.Hardware) && !Has(ColumnRole.Protocol) && !Has(ColumnRole.Source) && !Has(ColumnRole.Destination) && !Has(ColumnRole.Parties) && !Has(ColumnRole.Peer);

    /// <summary>The same titles: a header that a page break repeated.</summary>
    public bool Repeats(TableHeader other) =>
        Columns.Count == other.Columns.Count && Columns.Zip(other.Columns).All(pair => ColumnVocabulary.Key(pair.First.Title) == ColumnVocabulary.Key(pair.Second.Title));
}
