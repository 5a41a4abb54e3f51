using System.Diagnostics;
using System.Text;
using Plumbline.Lab.Launch;
using Plumbline.Observability.Tests.Live;

namespace Plumbline.Observability.Tests.Export;

/// <summary>The production command lines, with nobody at the other end but a collector.</summary>
[TestFixture]
[NonParallelizable]
public sealed class CommandTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Agent_WithOtlpEndpoint_ExportsItsMetrics(CancellationToken cancellation)
    {
        using var receiver = new HttpReceiver();
        var directory = Background.NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "token"), "t", cancellation);
        using var agent = Start(
            directory, [],
            "agent", "--operator", $"wss://127.0.0.1:{Background.FreePort()}", "--token-file", "token", "--node-name", "node-7", "--netns-dir", directory, "--otlp-endpoint", receiver.Address.AbsoluteUri);
        await ExportedAsync(agent, directory, receiver, ["plumbline-agent", "node-7", "plumbline_agent_link_connected", "process_resident_memory_bytes"], cancellation);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Operator_WithTheEndpointInItsEnvironment_ExportsItsMetrics(CancellationToken cancellation)
    {
        using var receiver = new HttpReceiver();
        var directory = Background.NewDirectory();
        await File.WriteAllTextAsync(
            Path.Combine(directory, "kubeconfig"),
            $$$"""
            {apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
             clusters: [{name: c, cluster: {server: 'http://127.0.0.1:{{{Background.FreePort()}}}'}}], users: [{name: u, user: {token: t}}]}
            """,
            cancellation);
        await Tool.RunAsync(
            [Tool.PathOf("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=link", "-days", "1", "-keyout", Path.Combine(directory, "key.pem"), "-out", Path.Combine(directory, "cert.pem")],
            null, cancellation);
        using var process = Start(
            directory, [("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Address.AbsoluteUri)],
            "operator", "--kubeconfig", "kubeconfig", "--identity", "operator-7", "--link-cert", "cert.pem", "--link-key", "key.pem",
            "--link-listen", $"127.0.0.1:{Background.FreePort()}", "--metrics-listen", $"127.0.0.1:{Background.FreePort()}");
        await ExportedAsync(process, directory, receiver, ["plumbline-operator", "operator-7", "plumbline_operator_leader", "plumbline_build_info", "process_resident_memory_bytes"], cancellation);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Agent_WithAnEndpointThatIsNone_SaysSo(CancellationToken cancellation)
    {
        var run = await Tool.RunAsync(
            [Tool.PathOf("dotnet"), Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), "agent", "--operator", "wss://127.0.0.1:1", "--otlp-endpoint", "collector"], null, cancellation);
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Output + run.Error, Does.Contain("--otlp-endpoint must be an address such as http://otel-collector:4318, not 'collector'"));
    }

    private static Process Start(string directory, IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Tool.PathOf("dotnet"), [Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task ExportedAsync(Process process, string directory, HttpReceiver receiver, string[] texts, CancellationToken cancellation)
    {
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await Eventually.TrueAsync(
                () =>
                {
                    Assert.That(process.HasExited, Is.False, () => errors.GetAwaiter().GetResult());
                    var sent = string.Concat(receiver.Received("/v1/metrics").Select(Encoding.Latin1.GetString));
                    return Task.FromResult(texts.All(t => sent.Contains(t, StringComparison.Ordinal)));
                },
                () => $"an export with {string.Join(", ", texts)}", TimeSpan.FromSeconds(60), cancellation);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(cancellation);
            Directory.Delete(directory, recursive: true);
        }
    }
}
