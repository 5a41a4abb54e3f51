using System.Net;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Pods;

namespace Plumbline.Lab.Tests.Pods;

public sealed class PodAnnotationsTests
{
    [Test]
    public void Pod_WithoutThem_IsLeftAlone()
    {
        Assert.That(PodAnnotations.Of(null), Is.Null);
        Assert.That(PodAnnotations.Of([new("app", "x")]), Is.Null);
        Assert.That(Of(("listen", "80"), ("network", "none")), Is.Null);
    }

    [Test]
    public void Pod_WithAll_HasThemAll()
    {
        var asked = Of(
            ("listen", "8080=http, 5432,53=udp-dns,9000=http@loopback"), ("ready", "false"), ("address", "10.244.1.77"), ("redirect", "15001"), ("names", "a.example.org,b"),
            ("terminates-after", "30"))!;
        Assert.That(asked.Problems, Is.Empty);
        Assert.That(asked.Ports, Is.EqualTo(new[]
        {
            new AnnotatedPort(8080, ListenerKind.Http), new AnnotatedPort(5432, ListenerKind.Tcp),
            new AnnotatedPort(53, ListenerKind.UdpDns), new AnnotatedPort(9000, ListenerKind.Http, IPAddress.Loopback),
        }));
        Assert.That((asked.Ready, asked.Address, asked.Redirect, asked.TerminatesAfter), Is.EqualTo((false, IPAddress.Parse("10.244.1.77"), (int?)15001, TimeSpan.FromSeconds(30))));
        Assert.That(asked.Names, Is.EqualTo(new[] { "a.example.org", "b" }));
    }

    [TestCase("listen", "80=htp", "lab.plumbline.dev/listen: nothing in the lab speaks 'htp' (in '80=htp'): tcp, http")]
    [TestCase("listen", "x", "lab.plumbline.dev/listen: 'x' does not begin with a port from 1 to 65535")]
    [TestCase("listen", "70000", "does not begin with a port from 1 to 65535")]
    [TestCase("ready", "yes", "lab.plumbline.dev/ready: 'yes' is not true or false")]
    [TestCase("address", "here", "lab.plumbline.dev/address: 'here' is not an address")]
    [TestCase("network", "host", "lab.plumbline.dev/network is pod (the default) or none")]
    [TestCase("listn", "80", "no annotation is called lab.plumbline.dev/listn: lab.plumbline.dev/listen, ")]
    public void Annotation_ThatIsWrong_IsSaid(string key, string value, string problem) => Assert.That(Of((key, value))!.Problems, Has.One.Contains(problem));

    private static PodAnnotations? Of(params (string Key, string Value)[] annotations) =>
        PodAnnotations.Of(annotations.Select(a => KeyValuePair.Create($"lab.plumbline.dev/{a.Key}", a.Value)));
}
