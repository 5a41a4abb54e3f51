using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Plumbline.Metrics.Tests;

/// <summary>Families that are computed at the scrape and written by us.</summary>
internal sealed class FamilyTests
{
    [Test]
    public void Page_OfFamilies_IsThis()
    {
        ImmutableArray<(string Row, double[] Values)> rows = [("a", [1, 0]), ("b \"x\"\\\n–", []), ("c", [0.1, 1e300])];
        var family = MetricFamily.Of("plumbline_rows", "Rows,\nby part \\.", MetricFamilyType.Gauge, rows, (row, to) =>
        {
            to.For(new("row", row.Row), new("empty", ""));
            for (var i = 0; i < row.Values.Length; i++)
                to.Add(row.Values[i], new MetricLabel("part", $"p{i}"));
            to.Add(double.NegativeInfinity);
        });
        MetricFamily[] families =
        [
            family,
            new("plumbline_plain", "", MetricFamilyType.Gauge, [new MetricSample(double.NaN)]),
            new("plumbline_counted_total", "Counted.", MetricFamilyType.Counter, [new MetricSample(12345678901234567890, new MetricLabel("a", "b"))]),
            new("plumbline_none", "Never seen.", MetricFamilyType.Gauge, []),
        ];

        Assert.That(Write(families), Is.EqualTo("""
            # HELP plumbline_rows Rows,\nby part \\.
            # TYPE plumbline_rows gauge
            plumbline_rows{row="a",empty="",part="p0"} 1
            plumbline_rows{row="a",empty="",part="p1"} 0
            plumbline_rows{row="a",empty=""} -Inf
            plumbline_rows{row="b \"x\"\\\n–",empty=""} -Inf
            plumbline_rows{row="c",empty="",part="p0"} 0.1
            plumbline_rows{row="c",empty="",part="p1"} 1E+300
            plumbline_rows{row="c",empty=""} -Inf
            # TYPE plumbline_plain gauge
            plumbline_plain NaN
            # HELP plumbline_counted_total Counted.
            # TYPE plumbline_counted_total counter
            plumbline_counted_total{a="b"} 1.2345678901234567E+19

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Samples_OfAFamily_AreWhatIsWritten()
    {
        var family = MetricFamily.Of("f", "", MetricFamilyType.Gauge, ["x", "y"], (item, to) =>
        {
            if (item == "x")
                to.For(new MetricLabel("item", item));
            to.Add(1, new MetricLabel("n", "1"));
        });

        Assert.That(
            family.Samples.Select(s => string.Join(",", s.Labels.Select(l => $"{l.Name}={l.Value}"))), Is.EqualTo(["item=x,n=1", "n=1"]), "labels of one item are none of the next");
    }

    /// <summary>Texts longer than any buffer, and values of any size.</summary>
    [Test]
    public void Labels_OfAnyText_ReadBackAsTheyWere() => Prop.ForAll<(NonNull<string> Text, double Value)[]>(
        samples =>
        {
            var texts = samples.Select((s, i) => i % 7 == 3 ? string.Concat(Enumerable.Repeat(s.Text.Get, 5_000)) : s.Text.Get).Select(Wellformed).ToList();
            var page = Write([new MetricFamily("f", "", MetricFamilyType.Gauge, [.. samples.Select((s, i) => new MetricSample(s.Value, new MetricLabel("t", texts[i])))])]);
            var lines = page.Split('\n').Where(l => l.StartsWith("f{", StringComparison.Ordinal)).ToList();
            return lines.Count == samples.Length && lines.Select((line, i) => (line, i)).All(l => Parse(l.line) is var (text, value) && text == texts[l.i] && value.Equals(samples[l.i].Value + 0.0));
        }).QuickCheckThrowOnFailure();

    [Test]
    public async Task Write_ReaderIsSlow_WaitsInsteadOfFillingMemory()
    {
        var written = 0;
        var family = MetricFamily.Of("f", "", MetricFamilyType.Gauge, [.. Enumerable.Range(0, 20_000)], (i, to) =>
        {
            written = i;
            to.Add(i, new MetricLabel("text", new string('x', 100)));
        });
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 100_000, resumeWriterThreshold: 50_000));
        var writing = PrometheusExposition.WriteAsync([family], pipe.Writer, CancellationToken.None);

        Assert.That(writing.IsCompleted, Is.False);
        Assert.That(written, Is.LessThan(4_000));

        var reading = CountLinesAsync(pipe.Reader);
        await writing;
        await pipe.Writer.CompleteAsync();
        Assert.That(await reading, Is.EqualTo(20_001));
    }

    [Test]
    public async Task Write_NobodyReadsAnyMore_Stops()
    {
        var written = 0;
        var family = MetricFamily.Of("f", "", MetricFamilyType.Gauge, [.. Enumerable.Range(0, 100_000)], (i, to) =>
        {
            written++;
            to.Add(i, new MetricLabel("text", new string('x', 100)));
        });
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();

        await PrometheusExposition.WriteAsync([family], pipe.Writer, CancellationToken.None);
        Assert.That(written, Is.LessThan(2_000));
    }

    private static async Task<int> CountLinesAsync(PipeReader reader)
    {
        var lines = 0;
        while (true)
        {
            var read = await reader.ReadAsync();
            foreach (var segment in read.Buffer)
                lines += segment.Span.Count((byte)'\n');
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return lines;
        }
    }

    private static string Write(IReadOnlyList<MetricFamily> families)
    {
        using var exposition = new PrometheusExposition(_ => false, new FakeSource(() => families));
        return exposition.Write();
    }

    /// <summary>Half a surrogate pair is no text; it is replaced on the way.</summary>
    private static string Wellformed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static (string Text, double Value) Parse(string line)
    {
        var end = line.LastIndexOf("\"} ", StringComparison.Ordinal);
        var text = new StringBuilder();
        for (var i = "f{t=\"".Length; i < end; i++)
            text.Append(line[i] != '\\' ? line[i] : line[++i] == 'n' ? '\n' : line[i]);
        var value = line[(end + 3)..] switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture) };
        return (text.ToString(), value + 0.0);
    }
}
