using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Import;

namespace Plumbline.Import.Tests;

/// <summary>What states a port as a row would is a row, or a warning that says its lines.</summary>
public sealed class LooseClaimTests
{
    private static readonly Gen<string> Name = Gen.Elements("gate", "label printer", "Shelf", "lift-2");

    private static readonly Gen<string> Claim =
        from name in Name
        from port in Gen.Choose(1024, 65535)
        from form in Gen.Elements("{0}/tcp: {1}", "{1} listens on **{0}/udp**", "TCP {0} for {1}", "{1}: port {0}", "`{0}/tcp` ({1})")
        select string.Format(System.Globalization.CultureInfo.InvariantCulture, form, port, name);

    [Test]
    public void Lists_EveryItemWithAPort_IsARowOrReported() =>
        Prop.ForAll(Claim.NonEmptyListOf().ToArbitrary(), claims =>
        {
            var text = new StringBuilder("# Depot\n\n| Source | Destination | Protocol | Port |\n|---|---|---|---|\n| gate | shelf | TCP | 7100 |\n\n");
            var first = 7;
            foreach (var claim in claims)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"- {claim}\n");

            var document = DocumentReader.Read("depot.md", Encoding.UTF8.GetBytes(text.ToString()));

            var said = document.Rows.SelectMany(r => r.Lines)
                .Concat(document.Issues.Where(i => i.Severity != DocumentIssueSeverity.Info).SelectMany(i => i.Lines))
                .ToHashSet();
            return document.Rows.Any(r => r.Line == 5) && Enumerable.Range(first, claims.Count).All(said.Contains);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Prose_ThatNamesAPort_IsNotReported()
    {
        var document = DocumentReader.Read("depot.md", "The gate listens on port 7100 of the depot.\n\n| Source | Destination | Port |\n|---|---|---|\n| gate | shelf | 7100 |\n"u8.ToArray());

        Assert.That(document.Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.LineLeftOut));
    }

    [Test]
    public void ColumnThatIsNotRead_WithAnotherPort_IsReportedAtItsRow()
    {
        var document = DocumentReader.Read("depot.md", "| Source | Destination | Protocol | Port | Behind the gate |\n|---|---|---|---|---|\n| gate | shelf | TCP | 7100 | TCP/7200 |\n| gate | lift | TCP | 7900 | TCP/7900 |\n"u8.ToArray());

        Assert.That(document.Issues.Where(i => i.Code == DocumentIssueCode.PortColumnsDiffer).SelectMany(i => i.Lines), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void ColumnThatIsNotRead_ThatForbids_IsReportedAtItsRow()
    {
        var document = DocumentReader.Read("depot.md", "| Source | Destination | Protocol | Port | Night shift |\n|---|---|---|---|---|\n| gate | shelf | TCP | 7100 | denied |\n| gate | lift | TCP | 7900 | as by day |\n"u8.ToArray());

        Assert.That(document.Issues.Where(i => i.Code == DocumentIssueCode.ActionUnknown).SelectMany(i => i.Lines), Is.EqualTo(new[] { 3 }));
    }
}
