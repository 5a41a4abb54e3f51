using System.Net;
using Microsoft.Extensions.Configuration;

namespace Plumbline.Operator.Tests;

public sealed class OperatorConfigurationTests
{
    [Test]
    public void Nothing_GivesTheDefaults()
    {
        var options = Read();

        Assert.That(options.Kubeconfig, Is.Null);
        Assert.That(options.Namespace, Is.EqualTo("plumbline-system"));
        Assert.That(options.Replica, Is.EqualTo(Environment.MachineName));
        Assert.That(options.Identity, Does.StartWith($"{Environment.MachineName}_"));
        Assert.That(options.LinkListen, Is.EqualTo(new IPEndPoint(IPAddress.IPv6Any, 8443)));
        Assert.That(options.LinkAddress, Is.EqualTo("[::]:8443"));
        Assert.That(options.MetricsListen, Is.EqualTo(new IPEndPoint(IPAddress.IPv6Any, 8080)));
        Assert.That(options.LinkNames, Is.Empty);
        Assert.That(options.LinkDirectory, Is.Empty);
        Assert.That(options.LinkCertificateFile, Is.Null);
        Assert.That(options.Loop.ClusterDomain, Is.EqualTo("cluster.local"));
        Assert.That(options.Loop.ClusterDnsServers, Is.Empty);
    }

    [Test]
    public void Everything_IsRead()
    {
        var options = Read(
            ("Plumbline:Kubeconfig", "/k"),
            ("Plumbline:Namespace", "ns"),
            ("Plumbline:Identity", "me"),
            ("Plumbline:LinkListen", "127.0.0.1:1"),
            ("Plumbline:LinkCert", "/c"),
            ("Plumbline:LinkKey", "/k2"),
            ("Plumbline:LinkName", "a, b"),
            ("Plumbline:LinkDir", "/d"),
            ("Plumbline:LinkAddress", "x:2"),
            ("Plumbline:MetricsListen", "[::1]:3"),
            ("Plumbline:ClusterDomain", "corp"),
            ("Plumbline:ClusterDns", "10.0.0.10,10.0.0.11"),
            ("POD_NAME", "not-me"));

        Assert.That(options.Kubeconfig, Is.EqualTo("/k"));
        Assert.That(options.Namespace, Is.EqualTo("ns"));
        Assert.That(options.Replica, Is.EqualTo("me"));
        Assert.That(options.LinkListen, Is.EqualTo(new IPEndPoint(IPAddress.Loopback, 1)));
        Assert.That((options.LinkCertificateFile, options.LinkKeyFile), Is.EqualTo(("/c", "/k2")));
        Assert.That(options.LinkNames, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(options.LinkDirectory, Is.EqualTo("/d"));
        Assert.That(options.LinkAddress, Is.EqualTo("x:2"));
        Assert.That(options.MetricsListen, Is.EqualTo(new IPEndPoint(IPAddress.IPv6Loopback, 3)));
        Assert.That(options.Loop.ClusterDomain, Is.EqualTo("corp"));
        Assert.That(options.Loop.ClusterDnsServers, Is.EqualTo(new[] { "10.0.0.10", "10.0.0.11" }));
    }

    [Test]
    public void Pod_SaysNameAndAddress()
    {
        var options = Read(("POD_NAME", "plumbline-operator-1"), ("POD_IP", "10.1.2.3"), ("Plumbline:LinkListen", "0.0.0.0:9443"), ("Plumbline:Identity", ""));

        Assert.That(options.Replica, Is.EqualTo("plumbline-operator-1"));
        Assert.That(options.Identity, Does.Match("^plumbline-operator-1_[0-9a-f]{32}$"));
        Assert.That(options.LinkAddress, Is.EqualTo("10.1.2.3:9443"));
    }

    [TestCase("fd00:10:244::5", "[fd00:10:244::5]:8443")]
    [TestCase("10.1.2.3", "10.1.2.3:8443")]
    [TestCase("", "[::]:8443")]
    public void LinkAddress_OfThePodsAddress_HasBracketsWhereTheyBelong(string ip, string expected) =>
        Assert.That(Read(("POD_IP", ip)).LinkAddress, Is.EqualTo(expected));

    [Test]
    public void Identity_IsAnotherAtEachStart()
    {
        var first = Read(("POD_NAME", "p")).Identity;

        Assert.That(Read(("POD_NAME", "p")).Identity, Is.Not.EqualTo(first));
    }

    [Test]
    public void Mistakes_AreAllNamed()
    {
        var read = OperatorConfiguration.Read(Of(("Plumbline:LinkListen", "8443"), ("Plumbline:MetricsListen", "0.0.0.0:0"), ("Plumbline:LinkCert", "/c")));

        Assert.That(read, Is.InstanceOf<OperatorConfiguration.Invalid>());
        Assert.That(((OperatorConfiguration.Invalid)read).Problems, Is.EquivalentTo(new[]
        {
            "Plumbline:LinkListen must be address:port, such as [::]:8443, not '8443'",
            "Plumbline:MetricsListen must be address:port, such as [::]:8080, not '0.0.0.0:0'",
            "Plumbline:LinkCert and Plumbline:LinkKey belong together: give both, or neither for a certificate of the replica's own",
        }));
    }

    private static OperatorOptions Read(params (string Key, string Value)[] settings) =>
        OperatorConfiguration.Read(Of(settings)) is OperatorConfiguration.Valid valid ? valid.Options : throw new AssertionException("not valid");

    private static IConfigurationRoot Of(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
