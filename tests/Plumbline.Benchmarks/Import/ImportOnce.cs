using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plumbline.Import;

namespace Plumbline.Benchmarks.Import;

/// <summary>One document read in a process of its own, so that its peak of memory is that of the reader and of nothing before it.</summary>
internal static class ImportOnce
{
    public static int Run(string form, string megabytes)
    {
        var size = int.Parse(megabytes, CultureInfo.InvariantCulture) * 1_000_000;
        DocumentReader.Read("warm-up", Document(form, 100_000));
        var content = Document(form, size);
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        var (before, cpu) = (self.WorkingSet64, self.TotalProcessorTime);
        var document = DocumentReader.Read($"document.{form}", content);
        self.Refresh();
        var used = (self.TotalProcessorTime - cpu).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{content.Length} {document.Rows.Count} {used} {Math.Max(0, self.PeakWorkingSet64 - before)}"));
        return 0;
    }

    /// <summary>Rows as documents have them: names that recur, ports that differ, a sentence.</summary>
    private static byte[] Document(string form, int size)
    {
        var text = new StringBuilder(size + 200);
        var (first, between, last) = form switch { "csv" => ("", ",", "\n"), "tsv" => ("", "\t", "\n"), _ => ("| ", " | ", " |\n") };
        Line("Source", "Destination", "Protocol", "Port", "Purpose");
        if (form == "md")
            Line("---", "---", "---", "---", "---");
        for (var row = 0; text.Length < size; row++)
            Line($"service-{row % 997}", $"store-{row % 1009}", "TCP", $"{1024 + (row % 60_000)}", $"reads what it needs for step {row}");
        return Encoding.UTF8.GetBytes(text.ToString());

        void Line(params ReadOnlySpan<string> cells)
        {
            text.Append(first);
            for (var i = 0; i < cells.Length; i++)
                text.Append(i > 0 ? between : "").Append(cells[i]);
            text.Append(last);
        }
    }
}
