using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Core.Tests.Docs;

[TestFixture]
public sealed partial class MetricsPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "metrics.md"));

    /// <summary>Read from the source text, so that one test covers the operator, the agent and the API client without starting any.</summary>
    private static IReadOnlyList<string> Registered { get; } =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Registration().Matches(File.ReadAllText(file)))
            .Select(m => m.Groups["counter"].Success ? m.Groups["name"].Value + "_total" : m.Groups["name"].Value)
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    [Test]
    public void Sources_HaveMetrics() =>
        Assert.That(Registered, Has.Member("plumbline_connection_verified").And.Member("plumbline_probes_total").And.Member("plumbline_api_requests_total"));

    [Test]
    public void Page_Tables_ListTheMetricsOfTheCode()
    {
        var documented = TableRow().Matches(Page).Select(m => m.Groups["name"].Value);

        Assert.That(documented, Is.EquivalentTo(Registered));
    }

    [Test]
    public void Page_Queries_UseMetricsOfTheCode()
    {
        var unknown = AnyName().Matches(Page).Select(m => m.Value).Distinct().Except(Registered);

        Assert.That(unknown, Is.Empty);
    }

    [GeneratedRegex("""(?<counter>Create(?:Observable)?Counter)?(?:<\w+>)?\(\s*"(?<name>plumbline_[a-z_]+)"|(?<=^\s*)"(?<name>plumbline_[a-z_]+)",""", RegexOptions.Multiline)]
    private static partial Regex Registration();

    [GeneratedRegex(@"^\| `(?<name>plumbline_[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\bplumbline_[a-z_]+\b")]
    private static partial Regex AnyName();
}
