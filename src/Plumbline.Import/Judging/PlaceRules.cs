using Plumbline.Import.Binding;
using Plumbline.Import.Mapping;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>Columns that say where a party runs: namespace, Service, workload, address.</summary>
internal static class PlaceRules
{
    private static readonly HashSet<string> Namespaces = new(StringComparer.Ordinal) { "namespace", "ksnamespace", "kubernetesnamespace", "namespacename", "targetnamespace", "destinationnamespace", "destnamespace", "dstnamespace", "tonamespace" };

    private static readonly HashSet<string> SourceNamespaces = new(StringComparer.Ordinal) { "sourcenamespace", "srcnamespace", "fromnamespace", "clientnamespace" };

    private static readonly HashSet<string> Services = new(StringComparer.Ordinal) { "service", "servicename", "ksservice", "kubernetesservice", "svc", "svcname" };

    private static readonly HashSet<string> Pods = new(StringComparer.Ordinal) { "pod", "podname", "pods", "container", "containername" };

    /// <summary>The column says where something runs: its text is not lost.</summary>
    public static bool IsPlace(TableHeader header, Column column)
    {
        var key = ColumnVocabulary.Key(column.Title);
        if (Namespaces.Contains(key) || SourceNamespaces.Contains(key) || column.Role is ColumnRole.SourceAddress or ColumnRole.DestinationAddress)
            return true;
        return (Services.Contains(key) || Pods.Contains(key)) && Find(header, Namespaces) >= 0;
    }

    public static void ReadPlaces(RowDraft row)
    {
        var header = row.Header;
        var @namespace = Cell(row, Find(header, Namespaces));
        var places = new List<StatedPlace>();
        if (@namespace is not null)
        {
            var service = Cell(row, Find(header, Services));
            var pod = Cell(row, Find(header, Pods));
            // beside its Service, a pod is only one of those that the row means
            if (service is not null && pod is not null)
            {
                row.Source = row.Source == pod ? service : row.Source;
                row.Destination = row.Destination == pod ? service : row.Destination;
            }

            var isSource = row.Destination is null || (service ?? pod) is { } own && row.Source == own;
            if ((isSource ? row.Source : row.Destination) is { } party)
                places.Add(new StatedPlace(party, @namespace, service is not null && party == service ? service : null, null));
        }

        if (Cell(row, Find(header, SourceNamespaces)) is { } from && row.Source is not null)
            places.Add(new StatedPlace(row.Source, from, null, null));
        Address(row.Source, ColumnRole.SourceAddress);
        Address(row.Destination, ColumnRole.DestinationAddress);
        row.Places = places;

        void Address(string? party, ColumnRole role)
        {
            if (party is not null && header.Has(role) && Cell(row, header.IndexOf(role)) is { } address && NamedPlace.Of(address) is not null)
                places.Add(new StatedPlace(party, null, null, address));
        }
    }

    private static int Find(TableHeader header, HashSet<string> titles)
    {
        for (var i = 0; i < header.Columns.Count; i++)
        {
            if (titles.Contains(ColumnVocabulary.Key(header.Columns[i].Title)))
                return i;
        }

        return -1;
    }

    private static string? Cell(RowDraft row, int column) => column < 0 || row.Laid.Text(column) is not { Length: > 0 } text ? null : text;
}
