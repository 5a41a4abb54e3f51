using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>One network and one engine for the tests that only look.</summary>
[SetUpFixture]
internal sealed class Lab
{
    private static TestNetwork? _network;

    public static TestNetwork Network => _network ??= TestNetwork.Create();

    public static ProbeEngine Engine { get; private set; } = null!;

    public static ProbeOrigin Source => ProbeOrigin.In(Network.Source);

    [OneTimeSetUp]
    public void StartEngine() => Engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);

    [OneTimeTearDown]
    public void TearDown()
    {
        Engine.Dispose();
        _network?.Dispose();
    }

    public static PlannedProbe Probe(string host, int port, ProbeProtocol protocol = ProbeProtocol.Tcp, int timeout = 1500) => new()
    {
        Id = new ProbeId((ulong)HashCode.Combine(host, port, protocol)),
        Source = "pod",
        Host = host,
        Port = port,
        Protocol = protocol,
        IntervalMilliseconds = 60_000,
        TimeoutMilliseconds = timeout,
    };
}
