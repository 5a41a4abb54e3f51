using System.Net;

namespace Plumbline.Probing.Tests;

internal sealed class TargetGuardTests
{
    [TestCase("127.0.0.1")]
    [TestCase("127.9.9.9")]
    [TestCase("0.0.0.0")]
    [TestCase("::1")]
    [TestCase("::")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("169.254.170.2")]
    [TestCase("169.254.170.23")]
    [TestCase("fd00:ec2::254")]
    [TestCase("100.100.100.200")]
    public void Refusal_LoopbackAndMetadata_OnAnyPort(string address) =>
        Assert.That(new TargetGuard([], []).Refusal(IPAddress.Parse(address), 80), Does.Contain("--allow-target"));

    [TestCase("10.0.0.1")]
    [TestCase("169.254.20.10")]
    [TestCase("fd00::1")]
    public void Refusal_Others_None(string address) => Assert.That(new TargetGuard([], []).Refusal(IPAddress.Parse(address), 80), Is.Null);

    [TestCase("10.96.0.1", 443, true)]
    [TestCase("::ffff:10.96.0.1", 443, true)]
    [TestCase("10.96.0.1", 80, false)]
    [TestCase("10.96.0.2", 443, false)]
    [TestCase("10.0.7.7", 1, true)]
    public void Refusal_GivenTargets_ByAddressAndPort(string address, int port, bool refused)
    {
        var guard = new TargetGuard(
            [], [new RefusedTarget(IPNetwork.Parse("10.96.0.1/32"), 443, "the API server"), new RefusedTarget(IPNetwork.Parse("10.0.7.0/24"), null, "the API server")]);

        Assert.That(guard.Refusal(IPAddress.Parse(address), port), refused ? Does.Contain("the API server") : Is.Null);
    }

    [Test]
    public void Refusal_AllowedAll_None()
    {
        var guard = new TargetGuard([IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("127.0.0.0/8")], [new RefusedTarget(IPNetwork.Parse("10.96.0.1/32"), 443, "the API server")]);

        Assert.That(guard.Refusal(IPAddress.Parse("10.96.0.1"), 443), Is.Null);
        Assert.That(guard.Refusal(IPAddress.Parse("::ffff:127.0.0.1"), 443), Is.Null);
        Assert.That(guard.Refusal(IPAddress.Parse("::1"), 443), Is.Not.Null);
    }
}
