using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Plumbline.Api;

namespace Plumbline.Import.Mapping;

/// <param name="Maps">One or more; empty when not even <see cref="MapSplitter.MostParts"/> are enough.</param>
/// <param name="Issue">What there is to say; null when the document fits into one map.</param>
internal sealed record SplitMap(IReadOnlyList<ConnectionMapDraft> Maps, DocumentIssue? Issue);

/// <summary>
/// A document as maps that the API server takes. A row's part follows from its id alone, so that rows that come and go move no other row into another map
/// (and to another Connection without history).
/// </summary>
internal static class MapSplitter
{
    /// <summary>What the schema takes.</summary>
    public const int MostRows = 2000;

    /// <summary>
    /// etcd takes 1.5 MiB a request, and a stored object also has what the server writes down about its fields (<c>managedFields</c>). What we reckon for
    /// both stays below this.
    /// </summary>
    public const int MostBytes = 1_200_000;

    public const int MostParts = 64;

    public static SplitMap Split(ConnectionMapDraft map)
    {
        var sizes = map.Rows.Select(r => BytesOf(r.Row)).ToList();
        var bytes = sizes.Sum();
        if (map.Rows.Count <= MostRows && bytes <= MostBytes)
            return new SplitMap([map], null);

        // twice as many parts split each part in two, so that half of the rows stay where they are
        for (var parts = 2; parts <= MostParts; parts *= 2)
        {
            var count = parts;
            var byPart = map.Rows.Zip(sizes).GroupBy(r => PartOf(r.First.Row.Id!, count)).OrderBy(g => g.Key).ToList();
            if (byPart.All(g => g.Count() <= MostRows && g.Sum(r => r.Second) <= MostBytes))
            {
                return new SplitMap(
                    [.. byPart.Select(g => Part(map, g.Key, [.. g.Select(r => r.First)]))],
                    Issue(DocumentIssueCode.MapSplit, DocumentIssueSeverity.Info, $"{Size(map, bytes)}, and a map takes {MostRows} rows and about {MostBytes} bytes: the document became {byPart.Count} maps; nothing to do"));
            }
        }

        return new SplitMap([], Issue(
            DocumentIssueCode.DocumentTooLarge,
            DocumentIssueSeverity.Error,
            $"{Size(map, bytes)}, and a document can become {MostParts} maps of {MostRows} rows and about {MostBytes} bytes each: not imported; split the document"));
    }

    private static string Size(ConnectionMapDraft map, long bytes) => $"the document has {map.Rows.Count} rows and about {bytes} bytes";

    private static DocumentIssue Issue(DocumentIssueCode code, DocumentIssueSeverity severity, string message) => new(code, severity, null, [], message);

    private static ConnectionMapDraft Part(ConnectionMapDraft map, int part, IReadOnlyList<MapRow> rows)
    {
        var spec = map.Map.Spec;
        var title = FieldLengths.Cut($"{spec.Document!.Title} (part {part + 1})", FieldLengths.Text);
        var named = map.WithName(ObjectNames.WithSuffix(map.Name, $"-part-{part + 1}", ObjectNames.MaximumLength));
        return (named with { Map = named.Map with { Spec = spec with { Document = spec.Document with { Title = title } } } }).WithRows(rows);
    }

    private static int PartOf(string id, int parts) => SHA256.HashData(Encoding.UTF8.GetBytes(id))[0] % parts;

    /// <summary>The row as JSON, and once more its fields' names and its id, which <c>managedFields</c> repeats for each row.</summary>
    private static int BytesOf(V1Alpha1ConnectionRow row)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(row, PlumblineJson.Default.V1Alpha1ConnectionRow).Length;
        return json + 160 + (2 * row.Id!.Length) + ((row.PortProtocols?.Count ?? 0) * 48);
    }
}
