using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Plumbline.Import.Tests;

/// <summary>The same generated table in every form: each of its rows is there, with what it says.</summary>
public sealed class TableProperties
{
    private static readonly string[] Titles = ["Source", "Destination", "Protocol", "Port"];
    private static readonly string[] Names = ["gate", "shelf", "Label printer", "lift (north)", "orders.depot.example", "Packer 2", "Kühlhaus", "B/2"];
    private static readonly string[] Protocols = ["TCP", "UDP", "HTTPS", "SIP/TCP", "own words", ""];
    private static readonly string[] Ports = ["7443", "7100, 7101", "7900-7949", "any", "", "99999", "443/tcp", "12AB"];

    private static readonly (string Form, string File, Func<IReadOnlyList<string[]>, string> Write)[] Forms =
    [
        ("markdown", "t.md", rows => Line(Titles, "| ", " | ", " |") + "|---|---|---|---|\n" + Lines(rows, "| ", " | ", " |")),
        ("html", "t.html", rows => "<html><body><table>" + Lines([Titles], "<tr><th>", "</th><th>", "</th></tr>") + Lines(rows, "<tr><td>", "</td><td>", "</td></tr>") + "</table></body></html>\n"),
        ("csv", "t.csv", rows => Line(Titles, "", ",", "") + string.Concat(rows.Select(r => string.Join(',', r.Select(c => c.Contains(',', StringComparison.Ordinal) ? $"\"{c}\"" : c)) + "\n"))),
        ("semicolons", "t.csv", rows => Line(Titles, "", ";", "") + Lines(rows, "", ";", "")),
        ("tabs", "t.tsv", rows => Line(Titles, "", "\t", "") + Lines(rows, "", "\t", "")),
        ("asciidoc", "t.adoc", rows => "[%header,cols=4*]\n|===\n" + Line(Titles, "|", " |", "") + Lines(rows, "|", " |", "") + "|===\n"),
        ("mediawiki", "t.wiki", rows => "{|\n! " + string.Join(" !! ", Titles) + "\n" + string.Concat(rows.Select(r => $"|-\n| {string.Join(" || ", r)}\n")) + "|}\n"),
        ("jira", "t.txt", rows => Line(Titles, "||", "||", "||") + Lines(Blanks(rows), "|", "|", "|")),
        ("list table", "t.rst", rows => ".. list-table::\n   :header-rows: 1\n\n" + string.Concat(rows.Prepend(Titles).Select(r => $"   * - {string.Join("\n     - ", r)}\n"))),
        ("grid", "t.rst", Grid),
        ("records", "t.json", rows => "[" + string.Join(",\n", rows.Select(r => $"{{\"source\":\"{r[0]}\",\"destination\":\"{r[1]}\",\"protocol\":\"{r[2]}\",\"port\":\"{r[3]}\"}}")) + "]\n"),
    ];

    [Test]
    public void Table_InEveryForm_EachRowIsThereAndSaysTheSame() =>
        Prop.ForAll(Tables().ToArbitrary(), table =>
        {
            var read = DocumentReader.Read(table.Form.File, Encoding.UTF8.GetBytes(table.Form.Write(table.Rows)));
            return Facts(read).SequenceEqual(table.Rows.Select(r => $"{r[0]} -> {r[1]}"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Test]
    public void Table_InEveryForm_AsMarkdownSaysIt() =>
        Prop.ForAll(Tables().ToArbitrary(), table =>
        {
            var read = DocumentReader.Read(table.Form.File, Encoding.UTF8.GetBytes(table.Form.Write(table.Rows)));
            var same = DocumentReader.Read("t.md", Encoding.UTF8.GetBytes(Forms[0].Write(table.Rows)));
            return read.Rows.Select(Said).SequenceEqual(same.Rows.Select(Said));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static IEnumerable<string> Facts(ImportedDocument document) => document.Rows.Select(r => $"{r.Source} -> {r.Destination}");

    private static string Said(DocumentedRow row) => $"{row.Id}|{row.Source}|{row.Destination}|{row.Protocol}|{string.Join(',', row.Ports)}|{string.Join(',', row.PortRanges)}|{row.Verifiable}";

    private static Gen<((string Form, string File, Func<IReadOnlyList<string[]>, string> Write) Form, IReadOnlyList<string[]> Rows)> Tables() =>
        from form in Gen.Elements(Forms)
        from rows in (from source in Gen.Elements(Names)
                      from destination in Gen.Elements(Names)
                      from protocol in Gen.Elements(Protocols)
                      from ports in Gen.Elements(Ports)
                      select new[] { source, destination, protocol, ports }).NonEmptyListOf()
        select (form, (IReadOnlyList<string[]>)[.. rows]);

    private static string Lines(IEnumerable<string[]> rows, string first, string between, string last) => string.Concat(rows.Select(r => Line(r, first, between, last)));

    private static string Line(string[] cells, string first, string between, string last) => $"{first}{string.Join(between, cells)}{last}\n";

    /// <summary>An empty cell between two bars would read as the mark of a title.</summary>
    private static IEnumerable<string[]> Blanks(IEnumerable<string[]> rows) => rows.Select(r => r.Select(c => c.Length == 0 ? " " : c).ToArray());

    private static string Grid(IReadOnlyList<string[]> rows)
    {
        var rule = $"+{string.Join('+', Enumerable.Repeat(new string('-', 24), 4))}+\n";
        return rule + Padded(Titles) + rule.Replace('-', '=') + string.Concat(rows.Select(r => Padded(r) + rule));

        static string Padded(string[] cells) => $"|{string.Join('|', cells.Select(c => $" {c,-23}"))}|\n";
    }
}
