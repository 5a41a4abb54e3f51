namespace Plumbline.Import.Tables;

/// <summary>What titles mean beside each other: a title may stand for one field in one table and for another in the next.</summary>
internal static class ColumnResolver
{
    /// <summary>Titles of components that say less than any other: beside "Component", "Layer" only groups.</summary>
    private static readonly HashSet<string> Vague = ["layer", "tier", "group", "product", "resource", "local", "machine", "instance", "software", "program", "module", "role", "node", "nodetype", "securitygroup", "sg"];

    private static readonly HashSet<string> RangeStarts = ["startport", "portstart", "fromport", "portfrom", "firstport", "beginport", "startingport", "portrangestart", "startofrange", "vonport", "portvon", "minport", "lowport"];

    private static readonly HashSet<string> RangeEnds = ["endport", "portend", "toport", "portto", "lastport", "endingport", "portrangeend", "endofrange", "bisport", "portbis", "maxport", "highport"];

    private static readonly string[] Whereabouts = ["env", "stage", "region", "country", "datacenter", "vpc", "vnet", "team", "owner", "location"];

    public static IReadOnlyList<Column> Resolve(List<Column> columns)
    {
        PairRangeEnds(columns);
        LeaveWhereaboutsOfServices(columns);
        PreferComponents(columns);
        for (var i = 0; i < columns.Count; i++)
            columns[i] = Disambiguate(columns, i);

        // "Da | A", "De | A": one letter is a title only beside its other half
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Role == ColumnRole.Other && ColumnVocabulary.Key(columns[i].Title) == "a" && columns.Exists(c => ColumnVocabulary.Key(c.Title) is "da" or "de"))
                columns[i] = columns[i] with { Role = ColumnRole.Destination };
        }

        Promote(columns, ColumnRole.SourceAddress, ColumnRole.Source, ColumnRole.Party);
        // beside a source, a service is what is allowed, and the address is the other side
        Promote(columns, ColumnRole.DestinationAddress, ColumnRole.Destination, Has(columns, ColumnRole.Source) ? ColumnRole.Destination : ColumnRole.Listener);
        if (!Has(columns, ColumnRole.Listener) && !Has(columns, ColumnRole.Peer) && !Has(columns, ColumnRole.Parties))
            Promote(columns, ColumnRole.Address, ColumnRole.Destination, ColumnRole.Destination);
        if (Has(columns, ColumnRole.Source) && Has(columns, ColumnRole.Destination))
        {
            ReadServiceAsPort(columns);
            // beside both sides, "Communication" is what they say to each other
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i].Role == ColumnRole.Parties)
                    columns[i] = columns[i] with { Role = ColumnRole.Description };
            }
        }


        var seen = new HashSet<ColumnRole>();
        return [.. columns.Select(c => seen.Add(c.Role) || c.Role is ColumnRole.Description or ColumnRole.Port or ColumnRole.Ignored or ColumnRole.Hardware ? c : c with { Role = ColumnRole.Other })];
    }

    /// <summary>"Start port | End port", "From port | To port": one range over two columns.</summary>
    private static void PairRangeEnds(List<Column> columns)
    {
        var first = columns.FindIndex(c => RangeStarts.Contains(ColumnVocabulary.Key(c.Title)));
        var last = columns.FindIndex(c => RangeEnds.Contains(ColumnVocabulary.Key(c.Title)));
        if (first < 0 || last < 0)
            return;
        columns[first] = columns[first] with { Role = ColumnRole.Port };
        columns[last] = columns[last] with { Role = ColumnRole.PortRangeEnd };
    }

    /// <summary>"Service | Servers | Port": the servers are where the service runs, not what it connects to.</summary>
    private static void LeaveWhereaboutsOfServices(List<Column> columns)
    {
        if (!columns.Exists(c => c.Role == ColumnRole.Listener) || Has(columns, ColumnRole.Source) || Has(columns, ColumnRole.SourceAddress) || Has(columns, ColumnRole.Party) || Has(columns, ColumnRole.Peer))
            return;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Role == ColumnRole.Destination && ColumnVocabulary.Key(columns[i].Title) is "server" or "servers")
                columns[i] = columns[i] with { Role = ColumnRole.Other };
        }
    }

    private static Column Disambiguate(List<Column> columns, int at)
    {
        var column = columns[at];
        if (!ColumnLanguages.OtherwiseMeans.TryGetValue(ColumnVocabulary.Key(column.Title), out var other))
            return column;
        var taken = columns.Where((c, i) => i != at && c.Role == column.Role && !ColumnLanguages.OtherwiseMeans.ContainsKey(ColumnVocabulary.Key(c.Title))).Any();
        // "目的" is the destination in Chinese and the purpose in Japanese: beside a Japanese title it is the purpose
        var japanese = column.Title.Contains("目的", StringComparison.Ordinal) && columns.Exists(c => c.Title.Any(ch => ch is >= '\u3040' and <= '\u30FF'));
        // a service beside a component is the port's name only where no column has the port
        if (taken && other == ColumnRole.ProtocolPort && columns.Exists(c => c.Role is ColumnRole.Port or ColumnRole.ProtocolPort))
            return column with { Role = ColumnRole.Description };
        return taken || japanese ? column with { Role = other } : column;
    }

    private static void PreferComponents(List<Column> columns)
    {
        bool IsVague(Column c) => Vague.Contains(ColumnVocabulary.Key(c.Title));
        if (!columns.Exists(c => c.Role == ColumnRole.Listener && !IsVague(c)))
            return;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Role == ColumnRole.Listener && IsVague(columns[i]))
                columns[i] = columns[i] with { Role = ColumnRole.Other };
        }
    }

    /// <summary>An address stands for the party where no column names it.</summary>
    private static void Promote(List<Column> columns, ColumnRole from, ColumnRole to, ColumnRole orStandsIn)
    {
        if (Has(columns, to) || Has(columns, orStandsIn))
            return;
        // a zone or an interface stands for the party only where there is no address
        var at = columns.FindIndex(c => c.Role == from && !IsPlace(c.Title));
        if (at < 0)
            at = columns.FindIndex(c => c.Role == from);
        if (at >= 0)
            columns[at] = columns[at] with { Role = to };
    }

    /// <summary>"Service" in a rule of a firewall is what is allowed between the two: a port or the name of one.</summary>
    private static void ReadServiceAsPort(List<Column> columns)
    {
        var at = columns.FindIndex(c => c.Role == ColumnRole.Listener);
        if (at < 0)
            return;
        var role = columns.Exists(c => c.Role is ColumnRole.Port or ColumnRole.ProtocolPort) ? ColumnRole.Description
            : columns[at].Title.Contains("serv", StringComparison.OrdinalIgnoreCase) ? ColumnRole.ProtocolPort
            : ColumnRole.Other;
        columns[at] = columns[at] with { Role = role };
    }

    private static bool IsPlace(string title) =>
        title.Contains("zone", StringComparison.OrdinalIgnoreCase) || title.Contains("int", StringComparison.OrdinalIgnoreCase) || title.Contains("vlan", StringComparison.OrdinalIgnoreCase) || title.Contains("namespace", StringComparison.OrdinalIgnoreCase)
        || title.Contains("user", StringComparison.OrdinalIgnoreCase) || Whereabouts.Any(w => title.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static bool Has(List<Column> columns, ColumnRole role) => columns.Exists(c => c.Role == role);
}
