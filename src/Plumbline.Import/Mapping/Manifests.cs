using System.Text.Json.Nodes;
using Plumbline.Core.Connections;

namespace Plumbline.Import.Mapping;

/// <summary>Drafts as objects of the Kubernetes API, fields in reading order, nothing that is empty or a default.</summary>
public static class Manifests
{
    public const string ApiVersion = "plumbline.dev/v1alpha1";

    public static JsonObject ToJson(ComponentDraft component)
    {
        var spec = new JsonObject { ["names"] = Strings(component.Names) };
        if (component.Outside)
            spec["outside"] = new JsonObject();
        return Resource("Component", component.Namespace, component.Name, spec);
    }

    public static JsonObject ToJson(ConnectionMapDraft map) => ToJson(map, (_, _) => { });

    /// <param name="onRow">Told each row's object, for a writer that has something to say about it.</param>
    public static JsonObject ToJson(ConnectionMapDraft map, Action<JsonObject, ConnectionDraft> onRow)
    {
        var document = new JsonObject { ["title"] = map.Title };
        Set(document, "url", map.Url);
        Set(document, "revision", map.Revision);
        document["file"] = map.File;

        var spec = new JsonObject { ["document"] = document };
        var defaults = new JsonObject();
        Set(defaults, "intervalSeconds", map.IntervalSeconds);
        Set(defaults, "timeoutMilliseconds", map.TimeoutMilliseconds);
        Set(defaults, "failureThreshold", map.FailureThreshold);
        if (map.MaxPairs is { } pairs)
            defaults["coverage"] = new JsonObject { ["maxPairs"] = pairs };
        if (defaults.Count > 0)
            spec["defaults"] = defaults;
        if (map.Suspend is { } suspend)
            spec["suspend"] = suspend;
        if (map.Parties.Count > 0)
            spec["parties"] = new JsonArray([.. map.Parties.Select(p => new JsonObject { ["name"] = p.Name, ["component"] = p.Component })]);

        var rows = new JsonArray();
        foreach (var connection in map.Connections)
        {
            var row = ToJson(connection);
            rows.Add((JsonNode)row);
            onRow(row, connection);
        }

        spec["connections"] = rows;
        return Resource("ConnectionMap", map.Namespace, map.Name, spec);
    }

    private static JsonObject ToJson(ConnectionDraft row)
    {
        var json = new JsonObject { ["id"] = row.Id };
        Set(json, "from", row.From);
        Set(json, "to", row.To);
        Set(json, "protocol", row.Protocol?.Word());
        Set(json, "protocolText", row.ProtocolText);
        if (row.Ports.Count > 0)
            json["ports"] = Numbers(row.Ports);
        if (row.PortRanges.Count > 0)
            json["portRanges"] = new JsonArray([.. row.PortRanges.Select(r => new JsonObject { ["from"] = r.From, ["to"] = r.To })]);
        if (row.PortMatch == PortMatch.Any)
            json["portMatch"] = "Any";
        if (row.PortProtocols.Count > 0)
            json["portProtocols"] = new JsonArray([.. row.PortProtocols.Select(p => new JsonObject { ["port"] = p.Port, ["protocol"] = p.Protocol.Word() })]);
        Set(json, "expect", row.Expect);
        Set(json, "classification", row.Classification);
        Set(json, "data", row.Data);
        if (row.Http is { } http)
            json["http"] = ToJson(http);
        if (row.IsReference)
        {
            var reference = new JsonObject();
            reference["document"] = row.ReferenceDocument ?? "not named";
            if (row.ReferenceRows.Count > 0)
                reference["rows"] = Strings(row.ReferenceRows);
            json["reference"] = reference;
        }

        json["line"] = row.Line;
        return json;
    }

    private static JsonObject ToJson(HttpRequestFacts http)
    {
        var json = new JsonObject();
        Set(json, "path", http.Path);
        Set(json, "method", http.Method);
        if (http.ExpectedStatuses.Count > 0)
            json["expectedStatuses"] = Numbers(http.ExpectedStatuses);
        Set(json, "host", http.Host);
        return json;
    }

    private static JsonObject Resource(string kind, string @namespace, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["spec"] = spec,
    };

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);

    private static JsonArray Numbers(IEnumerable<int> values) => new([.. values.Select(v => JsonValue.Create(v))]);

    private static void Set(JsonObject json, string name, string? value)
    {
        if (value is not null)
            json[name] = value;
    }

    private static void Set(JsonObject json, string name, int? value)
    {
        if (value is { } number)
            json[name] = number;
    }
}
