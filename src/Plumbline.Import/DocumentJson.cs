using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Plumbline.Import.Mapping;

namespace Plumbline.Import;

/// <summary>Imported documents as JSON: what the documents say, without anything that people completed.</summary>
public static class DocumentJson
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{documents: [{document, connections, issues}]}</c>, UTF-8, indented, ends with a line end.</summary>
    public static void Write(Stream output, IEnumerable<ImportedDocument> documents)
    {
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartObject();
            json.WriteStartArray("documents");
            foreach (var document in documents)
                Write(json, document);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, ImportedDocument imported)
    {
        json.WriteStartObject();
        json.WriteStartObject("document");
        json.WriteString("title", imported.Document.Title);
        json.WriteString("service", imported.Document.Service);
        json.WriteString("sourceFile", imported.Document.SourceFile);
        json.WriteStartArray("tables");
        foreach (var table in imported.Document.Tables)
        {
            json.WriteStartObject();
            json.WriteString("layout", Word(table.Layout));
            Write(json, "headerLines", table.HeaderLines);
            json.WriteStartArray("columns");
            foreach (var column in table.Columns)
                json.WriteStringValue(column);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("connectionCount", imported.Rows.Count);
        json.WriteNumber("verifiableCount", imported.Rows.Count(r => r.Verifiable));
        json.WriteEndObject();
        json.WriteStartArray("connections");
        foreach (var row in imported.Rows)
            Write(json, row);
        json.WriteEndArray();
        json.WriteStartArray("issues");
        foreach (var issue in imported.Issues)
            Write(json, issue, withRow: true);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DocumentedRow row)
    {
        json.WriteStartObject();
        json.WritePropertyName("number");
        WriteNumber(json, row.Number);
        json.WriteString("id", row.Id);
        json.WriteNumber("ordinal", row.Ordinal);
        json.WriteNumber("line", row.Line);
        Write(json, "lines", row.Lines);
        json.WriteString("source", row.Source);
        json.WriteString("destination", row.Destination);
        json.WriteString("destinationOrigin", row.Destination is null || row.DestinationOrigin == DestinationOrigin.Column ? null : Word(row.DestinationOrigin));
        json.WriteString("protocol", row.Protocol);
        Write(json, "ports", row.Ports);
        json.WriteStartArray("portRanges");
        foreach (var range in row.PortRanges)
        {
            json.WriteStartArray();
            json.WriteNumberValue(range.From);
            json.WriteNumberValue(range.To);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("portAlternatives", row.PortAlternatives);
        json.WriteStartArray("perPort");
        foreach (var fact in row.PerPort)
            Write(json, fact);
        json.WriteEndArray();
        json.WriteString("portText", row.PortText);
        json.WriteString("transport", row.Transport == Transport.NotStated ? null : Word(row.Transport));
        json.WriteString("applicationProtocol", row.ApplicationProtocol);
        json.WriteString("scheme", row.Scheme);
        json.WriteString("classification", row.Classification);
        json.WriteString("description", row.Description);
        json.WriteStartArray("referencesRows");
        foreach (var reference in row.ReferencesRows)
            WriteNumber(json, reference);
        json.WriteEndArray();
        json.WriteString("referencesDocument", row.ReferencesDocument);
        if (row.ExpectBlocked)
            json.WriteString("expect", "Blocked");
        if (row.BothDirections)
            json.WriteBoolean("bidirectional", true);
        if (!row.Live)
            json.WriteBoolean("live", false);
        json.WriteBoolean("verifiable", row.Verifiable);
        json.WriteString("unverifiableReason", row.UnverifiableReason);
        json.WriteString("probe", WordOf(row.Probe));
        json.WriteString("probeFrom", WordOf(row.ProbeFrom));
        json.WriteStartArray("warnings");
        foreach (var warning in row.Warnings)
            Write(json, warning, withRow: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PortFact fact)
    {
        json.WriteStartObject();
        json.WriteNumber("port", fact.Port);
        WriteIfKnown(json, "purpose", fact.Purpose);
        WriteIfKnown(json, "protocol", fact.Protocol);
        WriteIfKnown(json, "transport", fact.Transport);
        if (fact.Probe is { } probe)
        {
            json.WriteString("probe", WordOf(probe));
            json.WriteString("scheme", fact.Scheme);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DocumentIssue issue, bool withRow)
    {
        json.WriteStartObject();
        json.WriteString("code", issue.Code.Word());
        json.WriteString("severity", Word(issue.Severity));
        if (withRow)
        {
            json.WritePropertyName("row");
            WriteNumber(json, issue.Row);
        }

        Write(json, "lines", issue.Lines);
        json.WriteString("message", issue.Message);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WriteIfKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    /// <summary>A number where the document has a plain one, else its text ("7a", "r3"), else null.</summary>
    private static void WriteNumber(Utf8JsonWriter json, string? number)
    {
        if (number is null)
            json.WriteNullValue();
        else if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) && plain.ToString(CultureInfo.InvariantCulture) == number)
            json.WriteNumberValue(plain);
        else
            json.WriteStringValue(number);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string WordOf(ProbeKind probe) => probe switch
    {
        ProbeKind.None => "none",
        ProbeKind.Tcp => "tcp",
        ProbeKind.Tls => "tls",
        ProbeKind.Http => "http",
        ProbeKind.TlsOrHttps => "tls/https",
        ProbeKind.Dns => "dns",
        ProbeKind.PerPort => "per-port",
        ProbeKind.ServiceEndpoints => "service-endpoints",
    };

    private static string? WordOf(ProbeOrigin origin) => origin switch
    {
        ProbeOrigin.None => null,
        ProbeOrigin.SourcePod => "source-pod",
        ProbeOrigin.Node => "node",
        ProbeOrigin.Service => "none-service",
    };
}
