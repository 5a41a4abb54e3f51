using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Configuration;
using Plumbline.Commands;
using Plumbline.Operator;

namespace Plumbline.Tests.Commands;

public sealed class OperatorCommandTests
{
    private static readonly string[] Every =
    [
        "--kubeconfig", "/k", "--namespace", "ns", "--identity", "me", "--link-listen", "127.0.0.1:1", "--link-cert", "/c", "--link-key", "/key", "--link-name", "a", "--link-name", "b",
        "--link-dir", "/d", "--link-address", "x:2", "--metrics-listen", "127.0.0.1:3", "--cluster-domain", "corp", "--cluster-dns", "10.0.0.10", "--cluster-dns", "10.0.0.11",
    ];

    [Test]
    public void Flags_AreAllUnderstood()
    {
        var options = Options([], Every);

        Assert.That((options.Kubeconfig, options.Namespace, options.Replica, options.LinkDirectory, options.LinkAddress), Is.EqualTo(("/k", "ns", "me", "/d", "x:2")));
        Assert.That((options.LinkListen, options.MetricsListen), Is.EqualTo((new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 3))));
        Assert.That((options.LinkCertificateFile, options.LinkKeyFile), Is.EqualTo(("/c", "/key")));
        Assert.That(options.LinkNames, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(options.Loop.ClusterDomain, Is.EqualTo("corp"));
        Assert.That(options.Loop.ClusterDnsServers, Is.EqualTo(new[] { "10.0.0.10", "10.0.0.11" }));
    }

    [Test]
    public void Flags_AboveAreAllThatThereAre() => Assert.That(
        OperatorCommand.Create().Options.Select(o => o.Name).Except(["--log-format", "--log-level", "--otlp-endpoint"]),
        Is.EquivalentTo(Every.Where(e => e.StartsWith("--", StringComparison.Ordinal)).Distinct()));

    [Test]
    public void Flag_WinsOverTheEnvironment_AndADefaultDoesNot()
    {
        var options = Options([("Plumbline:Namespace", "from-environment"), ("Plumbline:ClusterDomain", "from-environment")], ["--cluster-domain", "from-flag"]);

        Assert.That((options.Namespace, options.Loop.ClusterDomain), Is.EqualTo(("from-environment", "from-flag")));
    }

    private static OperatorOptions Options((string Key, string Value)[] environment, string[] arguments)
    {
        var command = OperatorCommand.Create();
        var parsed = new RootCommand { command }.Parse(["operator", .. arguments]);
        Assert.That(parsed.Errors, Is.Empty);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(environment.Select(e => KeyValuePair.Create(e.Key, (string?)e.Value)))
            .AddInMemoryCollection(OperatorCommand.Given(command, parsed))
            .Build();
        return OperatorConfiguration.Read(configuration) is OperatorConfiguration.Valid valid ? valid.Options : throw new AssertionException("not valid");
    }
}
