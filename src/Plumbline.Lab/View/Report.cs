using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Plumbline.Lab.View;

internal sealed record ReportPort(int Port, string Verified, string Reason);

internal sealed record ReportConnection(
    string Map, string Id, string From, string To, string? Protocol, IReadOnlyList<ReportPort> Ports, string Verified, string Reason, string Explanation, string? Reachable);

internal sealed record ReportDocument(IReadOnlyList<ReportConnection> Connections, IReadOnlyList<BoardMap> Maps);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>What <c>verify</c> prints.</summary>
internal static class Report
{
    public static string Json(BoardState state)
    {
        var readable = new ReportJson(new JsonSerializerOptions(ReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var rows = state.Rows.Select(r => new ReportConnection(
            r.Map, r.Id, r.From, r.To, r.Protocol, [.. r.Ports.Select(p => new ReportPort(p.Port ?? 0, p.Verified ?? "Unknown", p.Reason ?? ""))],
            r.Verified, r.Reason, r.Explanation, r.Reachable));
        return JsonSerializer.Serialize(new ReportDocument([.. rows], state.Maps), readable.ReportDocument);
    }

    /// <summary>Plain and wide where nobody watches: a log or a pipe must not cut names into pieces.</summary>
    public static IAnsiConsole Console()
    {
        if (!System.Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(System.Console.Out),
        });
        console.Profile.Width = 200;
        return console;
    }

    public static void Table(BoardState state, IAnsiConsole console)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Map", "Row", "From", "To", "Ports", "Verified", "Reason", "Reachable");
        foreach (var row in state.Rows)
        {
            table.AddRow(
                Markup.Escape(row.Map), Markup.Escape(row.Id), Markup.Escape(row.From), Markup.Escape(row.To), string.Join(' ', row.Ports.Select(p => p.Port)),
                $"[{Color(row.Verified)}]{row.Verified}[/]", Markup.Escape(row.Reason), Markup.Escape(row.Reachable ?? ""));
        }

        console.Write(table);
        console.Write(Maps(state));
        foreach (var row in state.Drifted)
        {
            console.MarkupLine($"[red]{Markup.Escape(row.Name)}[/] {Markup.Escape(row.Reason)}: {Markup.Escape(row.Explanation)}");
        }
    }

    public static Table Maps(BoardState state)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Map", "Documented", "Verified", "Drifted", "Unknown", "Unresolved", "Unprobeable");
        foreach (var map in state.Maps)
        {
            table.AddRow(
                Markup.Escape(map.Name), $"{map.Documented}", $"[green]{map.Verified}[/]", map.Drifted > 0 ? $"[red]{map.Drifted}[/]" : "0",
                $"{map.Unknown}", $"{map.Unresolved}", $"{map.Unprobeable}");
        }

        return table;
    }

    public static string Color(string verified) => verified switch
    {
        "True" => "green",
        "False" => "red",
        _ => "yellow",
    };
}
