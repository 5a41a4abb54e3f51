using System.Text.RegularExpressions;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Tests.Network;
using Plumbline.Testing;

namespace Plumbline.Lab.Tests.EndToEnd;

/// <summary>docs/getting-started.md, word for word, on a lab: what a person types, and whether it ends as the page says.</summary>
[Category("Lab")]
[NonParallelizable]
public sealed partial class TutorialTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "getting-started.md")).ReplaceLineEndings("\n");

    [Test]
    [CancelAfter(240_000)]
    public async Task Tutorial_AsWritten_EndsWithVerifiedRows(CancellationToken cancellation)
    {
        await InsideTests.NeedNamespacesAsync(cancellation);
        if (Tool.Find("kubectl") is not { } kubectl)
        {
            Assert.Ignore("kubectl is not installed");
            return;
        }

        var commands = Block("sh").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(commands, Has.Length.LessThanOrEqualTo(4));

        await using var lab = await LabUnderTest.UpAsync(cancellation);
        var folder = Directory.CreateTempSubdirectory("plumbline-tutorial-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "voice.md"), Block("markdown"), cancellation);
            await RunAsync(lab, folder, $"{kubectl} create namespace voice-docs", cancellation);
            var printed = "";
            foreach (var command in commands)
            {
                printed += await RunAsync(lab, folder, command, cancellation);
            }

            foreach (var line in Block("text").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.That(printed, Does.Contain(line));
            }

            var rows = (await RunAsync(lab, folder, "kubectl get connections -n voice-docs --no-headers", cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(rows, Has.Length.EqualTo(6));
            Assert.That(rows.Select(r => r.Contains(" True ", StringComparison.Ordinal)), Is.All.True, string.Join('\n', rows));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>In a shell, in the folder of the document, with the lab's kubeconfig; standard output and standard error together.</summary>
    private static async Task<string> RunAsync(LabUnderTest lab, string folder, string command, CancellationToken cancellation)
    {
        var script = $"""
            set -e
            export KUBECONFIG='{Path.Combine(lab.State, "kubeconfig")}' NO_PROXY='*'
            plumbline() {Braced($"'{Tool.PathOf("dotnet")}' '{Path.Combine(AppContext.BaseDirectory, "Plumbline.dll")}' \"$@\"")}
            cd '{folder}'
            {command}
            """;
        var run = await Tool.RunAsync([Tool.PathOf("bash"), "-c", script], null, cancellation);
        Assert.That(run.ExitCode, Is.Zero, $"{command}\n{run.Output}{run.Error}");
        return run.Output + run.Error;
    }

    private static string Braced(string command) => $"{{ {command}; }}";

    /// <summary>The first block of that kind.</summary>
    private static string Block(string kind) => Fence().Matches(Page).First(m => m.Groups["kind"].Value == kind).Groups["text"].Value;

    [GeneratedRegex(@"^```(?<kind>[a-z]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
