using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Forms;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>Who connects to whom.</summary>
internal static partial class PartyRules
{
    public static void ReadParties(RowDraft row)
    {
        var header = row.Header;
        row.Flow = FlowOf(row);
        row.Source = Name(row, header.Has(ColumnRole.Source) ? ColumnRole.Source : ColumnRole.Party);
        row.Destination = Name(row, ColumnRole.Destination);
        if (header.Has(ColumnRole.Parties))
            ReadBothFromOneCell(row, ColumnRole.Parties);
        else if (header.Has(ColumnRole.Number) && !header.HasParty)
            ReadBothFromOneCell(row, ColumnRole.Number);
        if (header.Has(ColumnRole.Listener))
            PlaceComponent(row);
        if (header.Has(ColumnRole.Peer))
            PlacePeer(row);
        SplitArrows(row);
        TakePartiesFromDirection(row);
        if (row is { Flow: Flow.Both, Source: not null, Destination: not null } && (row.Classification is not null || header.Has(ColumnRole.Parties)))
            row.BothDirections = true;
    }

    /// <summary>A heading names the side that no column names, as long as a direction is stated: only then is it known which side that is.</summary>
    public static void FindPartyElsewhere(RowDraft row)
    {
        var header = row.Header;
        var place = row.Laid.Table.Place;
        TakePartiesFromHeading(row);
        if (row.Source is null && row.Destination is not null && !header.Has(ColumnRole.Source) && !header.Has(ColumnRole.Party) && !header.Has(ColumnRole.Parties) && !header.Has(ColumnRole.Listener)
            && FlowAround(row) == Flow.Outbound && place.Subject is { } caller)
        {
            row.Source = caller.Text;
            row.Warn(DocumentIssueCode.SourceFromHeading, $"there is no source column; '{caller.Text}' is the heading above a table of outbound connections: confirm it, or correct it in the completions");
        }

        if (row.Destination is not null || header.Has(ColumnRole.Destination) || header.Has(ColumnRole.Parties) || header.Has(ColumnRole.Listener))
            return;

        if (row.Description is { } description && DestinationInProse.Find(description, row.Source) is { } named)
        {
            row.Destination = named;
            row.Origin = DestinationOrigin.Description;
            row.Warn(
                DocumentIssueCode.DestinationFromDescription,
                $"there is no destination column; '{named}' is taken from '{CellRules.Short(description)}': confirm it, or correct it in the completions",
                row.LinesOfText(text => text.Contains(named, StringComparison.Ordinal)));
        }
        else if (row.Source is not null && FlowAround(row) == Flow.Inbound && place.Subject is { } called)
        {
            row.Destination = called.Text;
            row.Origin = DestinationOrigin.Heading;
            row.Warn(DocumentIssueCode.DestinationFromHeading, $"there is no destination column; '{called.Text}' is the heading above a table of inbound connections: confirm it, or correct it in the completions");
        }
    }

    /// <summary>"Client → Server" above a table without columns for them.</summary>
    private static void TakePartiesFromHeading(RowDraft row)
    {
        var header = row.Header;
        if (row.Source is not null || header.Has(ColumnRole.Source) || header.Has(ColumnRole.Party) || header.Has(ColumnRole.Parties) || header.Has(ColumnRole.Peer))
            return;
        var place = row.Laid.Table.Place;
        var both = row.Laid.Section is { } section && Place.BothIn(section) is { } named ? (section, named.Source, named.Destination, named.Kind) : place.Between;
        if (both is not { } stated)
            return;

        row.Source = stated.Source;
        row.Warn(DocumentIssueCode.SourceFromHeading, $"there is no source column; '{CellRules.Short(stated.Source)}' is taken from '{CellRules.Short(stated.Item1)}' above: confirm it, or correct it in the completions");
        if (row.Destination is not null || header.Has(ColumnRole.Destination))
            return;
        row.Destination = stated.Destination;
        row.Origin = DestinationOrigin.Heading;
        row.BothDirections = stated.Kind == ArrowKind.Both;
        row.Warn(DocumentIssueCode.DestinationFromHeading, $"there is no destination column; '{CellRules.Short(stated.Destination)}' is taken from '{CellRules.Short(stated.Item1)}' above: confirm it, or correct it in the completions");
    }

    public static void ReportMissingParties(RowDraft row)
    {
        if (row.Laid.SplitFailed)
            return;

        if (row.Source is null && !Cut(row, ColumnRole.Source))
        {
            row.Error(
                DocumentIssueCode.SourceMissing,
                row.Header.Has(ColumnRole.Source) || row.Header.Has(ColumnRole.Party) ? "the source is empty; write it into the completions" : "the table does not say who connects; write the source into the completions");
        }

        if (row.Destination is not null || Cut(row, ColumnRole.Destination))
            return;

        row.Error(
            DocumentIssueCode.DestinationMissing,
            row.Header.Has(ColumnRole.Destination) || row.Header.Has(ColumnRole.Listener)
                ? "the destination is empty; write it into the completions"
                : "the table has no destination column and the description names no other side; write the destination into the completions");
        if (row.Description is { } description && DestinationInProse.SupportsBothDirections(description))
            row.Warn(DocumentIssueCode.DirectionDoubtful, $"'{row.Source}' may be the caller or the one that is called: '{CellRules.Short(description)}' supports both; say which in the completions");
    }

    public static void ReportFootnotes(RowDraft row)
    {
        Report(row.Source, row.Header.Has(ColumnRole.Source) ? ColumnRole.Source : ColumnRole.Party);
        Report(row.Destination, row.Header.Has(ColumnRole.Destination) ? ColumnRole.Destination : ColumnRole.Listener);

        void Report(string? name, ColumnRole role)
        {
            if (name is null || !CellText.HasFootnoteMark(name))
                return;

            var mark = name[^1];
            var at = row.Description?.IndexOf(mark, StringComparison.Ordinal) ?? -1;
            var note = at >= 0 ? row.Description![at..] : row.Context.Footnotes.FirstOrDefault(f => f[0] == mark);
            row.Warn(
                DocumentIssueCode.Footnote,
                $"'{CellRules.Short(name)}' carries a footnote{(note is null ? "" : $" ('{CellRules.Short(note)}')")}: the mark is no part of the name, and the note may change the connection; check it",
                row.Laid.LastLineOf(role));
        }
    }

    /// <summary>"orders-db:5432", "https://api.example.com:8443/v1": the port is the row's where it has none; the host is the party.</summary>
    public static void TakePortFromDestination(RowDraft row)
    {
        if (row.Destination is not { } destination || HostPort.Read(destination) is not { } endpoint)
            return;

        var own = row.Port.HasPorts;
        if (endpoint.Port is { } port && own && !(row.Port.Ports is [var only] && only == port) && !row.Port.Ports.Contains(port))
        {
            row.Warn(DocumentIssueCode.PortColumnsDiffer, $"the destination cell says port {port} and the port cell '{CellRules.Short(row.Port.Text)}': the port cell was taken; correct it in the completions if it is wrong");
        }
        else if (endpoint.Port is { } stated && !own && !row.Port.Logical)
        {
            row.Port = PortReader.Read($"{stated}");
            row.Info(DocumentIssueCode.PortFromDestination, $"port {stated} stands in the destination cell '{CellRules.Short(destination)}': read as the row's port, nothing to do");
        }

        row.Destination = endpoint.Host;
        if (endpoint.Scheme is { } scheme && row.Protocol.Text is null && ProtocolWords.IsKnown(scheme))
        {
            row.Protocol = ProtocolReader.Read(scheme.ToUpperInvariant());
            row.Info(DocumentIssueCode.ProtocolFromPortColumn, $"the destination cell '{CellRules.Short(destination)}' says {scheme}: read as the protocol of the row, nothing to do");
        }
    }

    /// <summary>Several names in one cell: each is a connection of its own, and only a person knows whether all of them are meant on all ports.</summary>
    public static void ReportSeveralParties(RowDraft row)
    {
        row.Sources = Report(row.Source, "source");
        row.Destinations = Report(row.Destination, "destination");

        IReadOnlyList<string> Report(string? name, string side)
        {
            if (name is null)
                return [];
            var names = SeveralNames.In(name, row.Context.Names);
            if (names.Count > 1)
                row.Warn(DocumentIssueCode.MultiParty, $"the {side} '{CellRules.Short(name)}' names {names.Count} parties ({CellRules.Short(string.Join("; ", names))}): bind each, or split the row in the document");
            return names;
        }
    }

    /// <summary>The direction that the row itself states: in its classification, in the title of its port column, or in the caption it stands under.</summary>
    private static Flow FlowOf(RowDraft row)
    {
        if (row.Header.Has(ColumnRole.Classification) && row.Laid.Text(ColumnRole.Classification) is { Length: > 0 } cell && ClassificationCell.FlowOf(cell) is var stated and not Flow.NotStated)
            return stated;
        foreach (var column in row.Header.AllOf(ColumnRole.Port))
        {
            if (row.Header.Columns[column].Flow != Flow.NotStated && row.Laid.Text(column) is { Length: > 0 } ports && !PortReader.IsDash(ports))
                return row.Header.Columns[column].Flow;
        }

        return row.Laid.Section is { } section ? ColumnVocabulary.FlowOf(section) : Flow.NotStated;
    }

    private static Flow FlowAround(RowDraft row) => row.Flow is Flow.Inbound or Flow.Outbound ? row.Flow : row.Classification is null ? row.Laid.Table.Place.Flow : Flow.NotStated;

    /// <summary>The component that the table is about: what depends on another connects to it, what has outbound ports connects; else it listens.</summary>
    private static void PlaceComponent(RowDraft row)
    {
        var header = row.Header;
        var component = Name(row, ColumnRole.Listener);
        if (header.Has(ColumnRole.Source) || header.Has(ColumnRole.Party))
        {
            row.Destination ??= component;
            return;
        }

        if (header.Has(ColumnRole.Destination))
        {
            row.Source = component;
            if (row.Flow == Flow.Inbound)
                row.Warn(DocumentIssueCode.DirectionDoubtful, $"the row is inbound, and '{row.Destination}' stands in a column of destinations: read as printed; check who connects to whom");
            return;
        }

        if (header.Has(ColumnRole.Peer))
            return;
        if (FlowAround(row) == Flow.Outbound)
            row.Source = component;
        else
            row.Destination = component;
    }

    /// <summary>One column for the other side: which side that is, the direction says.</summary>
    private static void PlacePeer(RowDraft row)
    {
        var peer = Name(row, ColumnRole.Peer);
        if (peer is not null && Arrow.Split(peer) is { } both)
        {
            Take(row, both);
            return;
        }

        var self = row.Header.Has(ColumnRole.Listener) ? Name(row, ColumnRole.Listener) : row.Source ?? row.Destination;
        switch (FlowAround(row))
        {
            case Flow.Inbound:
                (row.Source, row.Destination) = (peer, self);
                break;
            case Flow.Outbound:
                (row.Source, row.Destination) = (self, peer);
                break;
            case Flow.Both when self is not null && peer is not null:
                (row.Source, row.Destination, row.BothDirections) = (self, peer, true);
                break;
            default:
                (row.Source, row.Destination) = (null, null);
                row.Error(DocumentIssueCode.DirectionMissing, $"'{CellRules.Short(peer ?? "")}' is the other side{(self is null ? "" : $" of '{CellRules.Short(self)}'")} and nothing says who connects: write source and destination into the completions");
                break;
        }
    }

    private static void ReadBothFromOneCell(RowDraft row, ColumnRole role)
    {
        if (row.IsCutAt(role))
            return;
        var cell = row.Laid.Text(role);
        if (cell.Length is 0 or > 300)
            return;
        if (Arrow.Split(cell) is { } both)
        {
            Take(row, both);
            return;
        }

        if (FromTo().Match(cell) is { Success: true } words)
        {
            (row.Source, row.Destination) = (words.Groups["from"].Value.Trim(), words.Groups["to"].Value.Trim());
            if (role == ColumnRole.Number)
                row.Warn(DocumentIssueCode.DirectionDoubtful, $"'{CellRules.Short(cell)}' was read as a connection from '{row.Source}' to '{row.Destination}'; check it");
            return;
        }

        if (role == ColumnRole.Parties)
            row.Error(DocumentIssueCode.DirectionMissing, $"'{CellRules.Short(cell)}' should name both sides and has no arrow between them: write source and destination into the completions");
    }

    /// <summary>"Plugin → Hub" in the column of directions names both sides where no column does.</summary>
    private static void TakePartiesFromDirection(RowDraft row)
    {
        if (!row.Header.Has(ColumnRole.Classification) || row.Laid.Text(ColumnRole.Classification) is not { Length: > 2 and < 120 } cell || Arrow.Split(cell) is not { } both)
            return;
        row.Classification = null;
        if (row is { Source: null, Destination: null } || (row.Source is null && row.Destination == both.Destination) || (row.Destination is null && row.Source == both.Source))
            Take(row, both);
        else if (row is { Source: null, Destination: { } component } && row.Header.Has(ColumnRole.Listener))
        {
            row.Source = both.Source;
            row.Warn(DocumentIssueCode.DirectionDoubtful, $"the direction '{CellRules.Short(cell)}' names '{CellRules.Short(both.Source)}' and '{CellRules.Short(both.Destination)}', and the row '{CellRules.Short(component)}': read as a connection from '{CellRules.Short(both.Source)}' to '{CellRules.Short(component)}'; correct it in the completions");
        }
        else if (row.Source is null || row.Destination is null)
            row.Warn(DocumentIssueCode.DirectionDoubtful, $"the direction '{CellRules.Short(cell)}' names '{both.Source}' and '{both.Destination}', and the row '{row.Source ?? row.Destination}': write source and destination into the completions");
    }

    /// <summary>An arrow in a column that should hold one side: the cell holds both.</summary>
    private static void SplitArrows(RowDraft row)
    {
        if (row is { Source: { } source, Destination: null } && Arrow.Split(source) is { } inSource)
            Take(row, inSource);
        else if (row is { Source: null, Destination: { } destination } && Arrow.Split(destination) is { } inDestination)
            Take(row, inDestination);
    }

    private static void Take(RowDraft row, (string Source, string Destination, ArrowKind Kind) parties)
    {
        (row.Source, row.Destination) = (parties.Source, parties.Destination);
        row.BothDirections = parties.Kind == ArrowKind.Both;
        if (parties.Kind == ArrowKind.None)
            row.Warn(DocumentIssueCode.DirectionDoubtful, $"nothing says which of '{parties.Source}' and '{parties.Destination}' connects: read in the printed order; check it");
    }

    private static string? Name(RowDraft row, ColumnRole role)
    {
        if (!row.Header.Has(role) || row.IsCutAt(role))
            return null;
        var text = CellRules.Folded(row, role, _ => false);
        if (text.Length > RowDraft.MaximumName)
        {
            row.Error(DocumentIssueCode.CellShifted, $"a cell of {text.Length} characters ('{CellRules.Short(text)}') is no name of a party; write it into the completions");
            return null;
        }

        if (text.Length == 0 || PortReader.IsDash(text) || NoName().IsMatch(text))
            return null;

        // "Shop →" in a column of sources: the arrow only points at the next cell
        if (Pointing().Match(text) is { Success: true } pointing)
        {
            if (role is not (ColumnRole.Source or ColumnRole.Destination) || Arrow.KindOf(pointing.Groups["arrow"].Value) != ArrowKind.Forward)
                row.Warn(DocumentIssueCode.DirectionDoubtful, $"'{CellRules.Short(text)}' has an arrow without a name behind it: the name was read, the arrow was not; check who connects to whom");
            return pointing.Groups["name"].Value;
        }

        return text;
    }

    private static bool Cut(RowDraft row, ColumnRole role) => row.Laid.CutAfterColumn is { } cut && row.Laid.Column(role) >= cut;

    [GeneratedRegex(@"^(?:(?<name>.*[\w)\]])\s*(?<arrow><?[-=]+>|<[-=]+|[→⇒➔➜⟶←⇐↔⇔])|(?<arrow><?[-=]+>|<[-=]+|[→⇒➔➜⟶←⇐↔⇔])\s*(?<name>[\w(\[].*))$")]
    private static partial Regex Pointing();

    [GeneratedRegex(@"^\W*(?:n\s*/\s*a|not applicable|nil|tbd|tbc|entfällt|k\.?\s?A\.?)\W*$|^[?.…]+$", RegexOptions.IgnoreCase)]
    private static partial Regex NoName();

    [GeneratedRegex(@"^(?:from\s+)?(?<from>[^<>]{1,120}?)\s+(?:to|zu|nach|vers|a|para|hacia)\s+(?<to>[^<>]{1,120})$", RegexOptions.IgnoreCase)]
    private static partial Regex FromTo();
}
