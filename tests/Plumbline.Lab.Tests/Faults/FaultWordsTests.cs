using System.Net;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Faults;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Listeners.Dns;

namespace Plumbline.Lab.Tests.Faults;

public sealed class FaultWordsTests
{
    [Test]
    public void Listener_OfPodWorkloadOrHost_IsUnderstood()
    {
        Assert.That(Verb<FaultVerb.OfListener>("listener voice/tenant-1:8888 close"), Has.Property("Owner").EqualTo("voice/tenant-1").And.Property("Port").EqualTo(8888));
        Assert.That(Verb<FaultVerb.OfListener>("listener voice/tenant:8888 loopback").Trouble, Is.EqualTo(new ListenerTrouble.Loopback()));
        Assert.That(Verb<FaultVerb.OfListener>("listener kafka.example.net:9092 accept-close").Trouble, Is.EqualTo(new ListenerTrouble.Speak(ListenerKind.ClosesAtOnce)));
        Assert.That(Verb<FaultVerb.OfListener>("listener a/b:1 reset").Trouble, Is.EqualTo(new ListenerTrouble.Speak(ListenerKind.Resets)));
        Assert.That(FaultWords.Parse("listener voice/tenant-1:8888 on"), Is.EqualTo(new ParsedFault.Off("listener voice/tenant-1:8888")));
    }

    [Test]
    public void Link_WithSeveralTroubles_HasThemAll()
    {
        var link = Verb<FaultVerb.OfLink>("link node-3 loss 30% mtu 1000 delay 50ms");
        Assert.That((link.Node, link.Loss, link.Mtu, link.Delay), Is.EqualTo(("node-3", 30, (int?)1000, TimeSpan.FromMilliseconds(50))));
    }

    [Test]
    public void Name_OfEveryKindOfAnswer_IsUnderstood()
    {
        Assert.That(Verb<FaultVerb.OfName>("dns a.example.net nxdomain").Override, Is.EqualTo(new DnsOverride("a.example.net", null)));
        Assert.That(Verb<FaultVerb.OfName>("dns *.example.net 198.51.100.20").Override, Is.EqualTo(new DnsOverride("*.example.net", IPAddress.Parse("198.51.100.20"))));
        Assert.That(Verb<FaultVerb.OfName>("dns tenant.voice.svc servfail").Failure, Is.EqualTo(new DnsFault("tenant.voice.svc.cluster.local", DnsFailure.ServerFailure)));
        Assert.That(Verb<FaultVerb.OfName>("dns a.example.net drop").Failure?.Failure, Is.EqualTo(DnsFailure.NoAnswer));
    }

    [TestCase("listener voice/tenant:8888 clos", "cannot be made 'clos': close, loopback, reset, tcp, http")]
    [TestCase("listener voice/tenant close", "'voice/tenant' is no place of a listener")]
    [TestCase("listener voice/tenant:70000 close", "with a port from 1 to 65535")]
    [TestCase("link node-3 loss 30", "'loss 30' cannot be done to a link")]
    [TestCase("link node-3 loss 101%", "loss 1% to 100%")]
    [TestCase("link node-3 delay", "'delay' cannot be done to a link")]
    [TestCase("dns a.b gone", "a name cannot be made 'gone'")]
    [TestCase("resolver node-1 ndots=2", "a node's resolver cannot be made 'ndots=2'")]
    [TestCase("service web stale", "is not understood. There are:")]
    [TestCase("frob the knob", "'fault frob the knob' is not understood. There are:")]
    public void Words_ThatMeanNothing_AreAnsweredWithWhatThereIs(string text, string answer) =>
        Assert.That((FaultWords.Parse(text) as ParsedFault.Wrong)?.Problem, Does.Contain(answer));

    [Test]
    public void Faults_OfTheEstate_AreAllUnderstood()
    {
        var faults = EstateModel.Load().Faults;
        foreach (var action in faults.SelectMany(f => f.Actions))
        {
            if (action.Do is { } words)
            {
                Assert.That(FaultWords.Parse(words), Is.InstanceOf<ParsedFault.On>(), words);
            }

            if (action.Objects is { } file)
            {
                Assert.That(FaultObjects.Of(file), Is.Not.Empty);
            }
        }

        Assert.That(faults.Select(f => f.Id), Is.EqualTo(Enumerable.Range(1, 40).Select(i => $"F{i}")));
    }

    private static T Verb<T>(string text)
        where T : FaultVerb
    {
        var parsed = FaultWords.Parse(text);
        Assert.That(parsed, Is.InstanceOf<ParsedFault.On>(), (parsed as ParsedFault.Wrong)?.Problem);
        Assert.That(((ParsedFault.On)parsed).Verb, Is.InstanceOf<T>().And.Property("Text").EqualTo(text));
        return (T)((ParsedFault.On)parsed).Verb;
    }
}
