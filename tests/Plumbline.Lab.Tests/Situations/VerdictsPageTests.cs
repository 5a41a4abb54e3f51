using System.Globalization;
using System.Text;
using Plumbline.Testing;

namespace Plumbline.Lab.Tests.Situations;

/// <summary>docs/verdicts.md is written from the situations.</summary>
public sealed class VerdictsPageTests
{
    private static readonly string File = Repository.PathOf("docs", "verdicts.md");

    /// <summary>PLUMBLINE_WRITE_DOCS=1 writes the page instead.</summary>
    [Test]
    public void Page_OfSituations_IsUpToDate()
    {
        var page = Page();
        if (Environment.GetEnvironmentVariable("PLUMBLINE_WRITE_DOCS") == "1")
        {
            System.IO.File.WriteAllText(File, page);
        }

        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(page), "docs/verdicts.md is behind the situations: run PLUMBLINE_WRITE_DOCS=1 dotnet test tests/Plumbline.Lab.Tests --filter VerdictsPage");
    }

    private static string Page()
    {
        var text = new StringBuilder("""
            # Verdicts by situation

            What Plumbline says of a row in clusters of all kinds. The table is written from the situations of the
            [tests](../tests/Plumbline.Lab.Tests/Situations/SituationList.cs), which bring each one about in the [lab](lab.md) with real pods, Services and servers, and hold the verdict, the
            [reason](reasons.md) and a part of the sentence to it. Where more than one reason is right, all are named; `any` leaves it open.

            | Situation | Verified | Reason | The sentence says |
            | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var situation in SituationList.All)
        {
            var pending = SituationList.Pending.ContainsKey(situation.Key) ? " (not yet)" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {situation.What}{pending} | {Words(situation.Verified)} | {Words(situation.Reason)} | {(situation.Sentence is { } s ? $"`{s}`" : "")} |\n");
        }

        return text.ToString();
    }

    private static string Words(string words) => words == "*" ? "any" : string.Join(" or ", words.Split('|').Select(w => $"`{w}`"));
}
