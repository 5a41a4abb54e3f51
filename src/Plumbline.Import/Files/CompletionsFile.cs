using Plumbline.Api;
using Plumbline.Core.Connections;
using Plumbline.Import.Mapping;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Files;

/// <summary>Reads <c>&lt;document&gt;.completions.yaml</c>: what an engineer adds to a document, kept beside it.</summary>
public static class CompletionsFile
{
    public const string Suffix = ".completions.yaml";

    private const string Protocols = "TCP, TLS, HTTP, HTTPS, UDP, Logical";

    /// <summary><c>000_x.txt</c> → <c>000_x.completions.yaml</c>.</summary>
    public static string PathFor(string document) => Path.Combine(Path.GetDirectoryName(document) ?? "", Path.GetFileNameWithoutExtension(document) + Suffix);

    /// <param name="file">For messages.</param>
    public static Completions Parse(string file, string text, ICollection<YamlProblem> problems)
    {
        var documents = YamlReader.Documents(text, problems);
        if (documents.Count == 0)
            return Completions.None with { File = file };
        if (documents.Count > 1)
            problems.Add(new YamlProblem((int)documents[1].Start.Line, "a completions file has one YAML document; join them"));

        var root = YamlMapping.Of(documents[0], "the file", problems)?.Only("map", "parties", "rows", "columns");
        return root is null
            ? Completions.None with { File = file }
            : new Completions(file, MapOf(root, problems), [.. PartiesOf(root, problems)], [.. RowsOf(root, problems)]) { Columns = ColumnsOf(root, problems) };
    }

    private static MapCompletion MapOf(YamlMapping root, ICollection<YamlProblem> problems)
    {
        var map = root.Mapping("map")?.Only("name", "title", "url", "revision", "intervalSeconds", "timeoutMilliseconds", "failureThreshold", "maxPairs", "suspend");
        if (map is null)
            return new MapCompletion();

        var name = map.Text("name");
        if (name is not null && !ObjectNames.IsLabel(name))
            problems.Add(new YamlProblem(map.Line, $"name '{name}' of map must be at most 63 lower-case letters, digits and dashes"));
        return new MapCompletion(
            name,
            map.Text("title"),
            map.Text("url"),
            map.Text("revision"),
            map.Number("intervalSeconds", 5, 86400),
            map.Number("timeoutMilliseconds", 100, 60000),
            map.Number("failureThreshold", 1, 20),
            map.Number("maxPairs", 1, 1024),
            map.Word<bool>("suspend", text => bool.TryParse(text, out var value) ? value : null, "true, false"));
    }

    private static IEnumerable<V1Alpha1Party> PartiesOf(YamlMapping root, ICollection<YamlProblem> problems)
    {
        foreach (var node in root.Sequence("parties"))
        {
            if (YamlMapping.Of(node, "a party", problems)?.Only("name", "component") is { } party && party.Required("name") is { } name && party.Required("component") is { } component)
                yield return new V1Alpha1Party { Name = name, Component = component };
        }
    }

    private static IEnumerable<RowCompletion> RowsOf(YamlMapping root, ICollection<YamlProblem> problems)
    {
        foreach (var node in root.Sequence("rows"))
        {
            var row = YamlMapping.Of(node, "a row", problems)?.Only("row", "says", "from", "to", "protocol", "ports", "portMatch", "portProtocols", "http", "expect", "reason");
            if (row?.Required("row") is not { } id)
                continue;
            yield return new RowCompletion
            {
                Row = id,
                Says = SaysOf(row),
                From = row.Text("from"),
                To = row.Text("to"),
                Protocol = row.Word("protocol", ConnectionWords.Protocol, Protocols),
                Ports = row.Numbers("ports", 1, 65535),
                PortMatch = row.Word<PortMatch>("portMatch", text => Enum.TryParse<PortMatch>(text, out var match) && Enum.IsDefined(match) ? match : null, "All, Any"),
                PortProtocols = row.Node("portProtocols") is null ? null : [.. PortProtocolsOf(row, problems)],
                Http = HttpOf(row),
                Expect = row.Word<bool>("expect", text => text is "Open" or "Blocked" ? true : null, "Open, Blocked") is null ? null : row.Text("expect"),
                Reason = row.Text("reason"),
                Line = row.Line,
            };
        }
    }

    private static IEnumerable<V1Alpha1PortProtocol> PortProtocolsOf(YamlMapping row, ICollection<YamlProblem> problems)
    {
        foreach (YamlNode node in row.Sequence("portProtocols"))
        {
            var entry = YamlMapping.Of(node, "an entry of portProtocols", problems)?.Only("port", "protocol");
            if (entry?.Number("port", 1, 65535) is { } port && entry.Word("protocol", ConnectionWords.Protocol, Protocols) is { } protocol)
                yield return new V1Alpha1PortProtocol { Port = port, Protocol = protocol.Word() };
        }
    }

    private static ColumnOverrides ColumnsOf(YamlMapping root, ICollection<YamlProblem> problems)
    {
        var columns = root.Mapping("columns");
        var byTitle = new Dictionary<string, ColumnField>(StringComparer.OrdinalIgnoreCase);
        foreach (var title in columns?.Names ?? [])
        {
            var word = columns!.Text(title) ?? "";
            if (ColumnOverrides.TryWord(word, out var field))
                byTitle[title] = field;
            else
                problems.Add(new YamlProblem(columns.LineOf(title), $"'{word}' of column '{title}' is no field: use one of {ColumnOverrides.KnownWords}"));
        }

        return byTitle.Count == 0 ? ColumnOverrides.None : new ColumnOverrides(byTitle);
    }

    private static RowSays? SaysOf(YamlMapping row) =>
        row.Mapping("says")?.Only("from", "to", "protocol", "ports") is { } says
            ? new RowSays(says.Text("from"), says.Text("to"), says.Text("protocol"), says.Numbers("ports", 1, 65535))
            : null;

    private static V1Alpha1HttpRequest? HttpOf(YamlMapping row)
    {
        var http = row.Mapping("http")?.Only("path", "method", "expectedStatuses", "host");
        if (http is null)
            return null;
        var method = http.Word<bool>("method", text => text is "GET" or "HEAD" ? true : null, "GET, HEAD") is null ? null : http.Text("method");
        return new V1Alpha1HttpRequest { Path = http.Text("path"), Method = method, ExpectedStatuses = http.Numbers("expectedStatuses", 100, 599), Host = http.Text("host") };
    }
}
