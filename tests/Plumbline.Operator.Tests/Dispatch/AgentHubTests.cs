using Plumbline.Testing;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Tests.Support;

namespace Plumbline.Operator.Tests.Dispatch;

internal sealed class AgentHubTests
{
    private readonly ConcurrentQueue<LoopEvent> _events = new();
    private readonly FakeLeadership _leadership = new();
    private TokensAreNodes _authenticator = new();
    private WebApplication _web = null!;
    private AgentHub _hub = null!;
    private Uri _address = null!;

    [SetUp]
    public async Task Begin()
    {
        _events.Clear();
        _leadership.IsLeader = true;
        _authenticator = new TokensAreNodes();
        _hub = new AgentHub(_authenticator, _leadership, _events.Enqueue, TimeProvider.System, NullLogger<AgentHub>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.UseWebSockets();
        _web.Run(_hub.HandleAsync);
        await _web.StartAsync();
        _address = new Uri(_web.Urls.Single());
    }

    [TearDown]
    public async Task End()
    {
        _hub.DropAll();
        await _web.DisposeAsync();
    }

    [Test]
    public async Task NotTheLeader_NamesWhoIs()
    {
        _leadership.IsLeader = false;
        using var answer = await AskAsync("n1");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.GetValues(LinkProtocol.LeaderHeader).Single(), Is.EqualTo("leader.example:8443"));
    }

    [TestCase(null, HttpStatusCode.Unauthorized, "no bearer token")]
    [TestCase("bad", HttpStatusCode.Unauthorized, "not good")]
    [TestCase("away", HttpStatusCode.ServiceUnavailable, "nobody could say")]
    public async Task Token_ThatIsNotAccepted_IsRefused(string? token, HttpStatusCode status, string why)
    {
        using var answer = await AskAsync(token);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(why));
        Assert.That(_events, Is.Empty);
    }

    [Test]
    public async Task PlainRequest_IsToldHowToDial()
    {
        using var http = new HttpClient { BaseAddress = _address };
        Assert.That((await http.GetAsync(new Uri(LinkProtocol.Path, UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Hello_GetsASnapshotThenDeltasAndASnapshotAgainWhenItAsks()
    {
        _hub.ChangePlan("n1", Add(1));
        await using var agent = await DialAsync("n1");
        await agent.HelloAsync("n1");
        var snapshot = await agent.HearAsync<PlanSnapshot>();
        Assert.That(snapshot.Probes.Select(p => p.Id.Value), Is.EqualTo(new[] { 1ul }));

        _hub.ChangePlan("n1", Add(2));
        var delta = await agent.HearAsync<PlanDelta>();
        Assert.That(delta.BaseRevision, Is.EqualTo(snapshot.Revision));
        Assert.That(delta.UpsertProbes.Select(p => p.Id.Value), Is.EqualTo(new[] { 2ul }));

        _hub.ChangePlan("n1", PlanChange.None with { RemoveProbes = [new ProbeId(1)] });
        Assert.That((await agent.HearAsync<PlanDelta>()).RemoveProbes.Select(p => p.Value), Is.EqualTo(new[] { 1ul }));

        await agent.HelloAsync("n1");
        Assert.That((await agent.HearAsync<PlanSnapshot>()).Probes.Select(p => p.Id.Value), Is.EqualTo(new[] { 2ul }));
    }

    /// <summary>An empty plan would make the agent forget what it kept while there was no operator.</summary>
    [Test]
    public async Task Hello_BeforeThereIsAPlan_IsAnsweredWhenThereIs()
    {
        await using var agent = await DialAsync("n1");
        await agent.HelloAsync("n1");
        await agent.SayAsync(new ReportBatch(1, []));
        Assert.That((await agent.HearAsync<ReportAck>()).Sequence, Is.EqualTo(1), "no plan came before it");
        _hub.ChangePlan("n1", Add(1));
        Assert.That((await agent.HearAsync<PlanSnapshot>()).Probes, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Hello_FromAnotherNode_EndsTheLink()
    {
        _hub.ChangePlan("n1", Add(1));
        await using var agent = await DialAsync("n1");
        await agent.HelloAsync("n2");
        Assert.That(await agent.HearAsync(), Is.Null);
        await Eventually.TrueAsync(() => _events.OfType<LoopEvent.AgentUnlinked>().Any(), "the loop is told");
        Assert.That(_hub.Count, Is.Zero);
    }

    [Test]
    public async Task SecondLinkOfANode_ReplacesTheFirst()
    {
        await using var first = await DialAsync("n1");
        await using var second = await DialAsync("n1");
        Assert.That(await first.HearAsync(), Is.Null);
        await Eventually.TrueAsync(() => _events.OfType<LoopEvent.AgentUnlinked>().Any(), "the first ends");
        var links = _events.OfType<LoopEvent.AgentLinked>().Select(l => l.Link).ToList();
        Assert.That(_events.OfType<LoopEvent.AgentUnlinked>().Single().Link, Is.EqualTo(links[0]).And.LessThan(links[1]));
        _hub.ChangePlan("n1", Add(1));
        await second.HelloAsync("n1");
        Assert.That(await second.HearAsync(), Is.InstanceOf<PlanSnapshot>());
    }

    [Test]
    public async Task LeadershipLostWhileTheTokenIsReviewed_AgentIsSentToTheLeader()
    {
        var gate = _authenticator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = AskAsync("n1");
        await Eventually.TrueAsync(() => _authenticator.Asked, "the review begins");
        _leadership.IsLeader = false;
        _hub.DropAll();
        gate.SetResult();
        using var answer = await asking;
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.Contains(LinkProtocol.LeaderHeader), Is.True);
        Assert.That(_hub.Count, Is.Zero);
    }

    [Test]
    public async Task Batch_IsAcknowledgedAndBecomesAnEvent()
    {
        await using var agent = await DialAsync("n1");
        await agent.SayAsync(new ReportBatch(7, [ReportOf(DateTimeOffset.UnixEpoch)]));
        Assert.That((await agent.HearAsync<ReportAck>()).Sequence, Is.EqualTo(7));
        var reported = _events.OfType<LoopEvent.AgentReported>().Single();
        Assert.That(reported.Node, Is.EqualTo("n1"));
        Assert.That(reported.Reports.Single().Last.Time, Is.EqualTo(DateTimeOffset.UnixEpoch));
    }

    [Test]
    public async Task Batch_FromTheFuture_CountsAsOfNow()
    {
        var future = TimeProvider.System.GetUtcNow().AddHours(1);
        await using var agent = await DialAsync("n1");
        await agent.SayAsync(new ReportBatch(1, [ReportOf(future)]));
        await agent.HearAsync<ReportAck>();
        var report = _events.OfType<LoopEvent.AgentReported>().Single().Reports.Single();
        Assert.That(report.Last.Time, Is.LessThan(future.AddMinutes(-30)));
        Assert.That(report.RunStarted, Is.LessThanOrEqualTo(report.Last.Time));
    }

    /// <summary>Whatever an agent sends, the loop must not see what it cannot judge: an exception there ends the operator.</summary>
    [Test]
    public async Task Batch_WithNonsense_LosesThatAndNothingElse()
    {
        const string Good = """{"last":{"probe":"0000000000000001","time":"2020-01-01T00:00:00Z","outcome":"Succeeded"},"runStarted":"2020-01-01T00:00:00Z","runLength":-5,"attempts":1,"successes":1,"connectMilliseconds":[1e300,-1,2]}""";
        const string Bad = """{"last":{"probe":"0000000000000001","time":"2020-01-01T00:00:00Z","outcome":99},"runStarted":"2020-01-01T00:00:00Z","runLength":1}""";
        const string Empty = """{"last":null,"runStarted":"2020-01-01T00:00:00Z","runLength":1}""";
        await using var agent = await DialAsync("n1");
        await agent.SayAsync($$"""{"type":"reports","sequence":1,"reports":[{{Bad}},null,{{Empty}},{{Good}}]}""");
        await agent.HearAsync<ReportAck>();
        var report = _events.OfType<LoopEvent.AgentReported>().Single().Reports.Single();
        Assert.That(report.Last.Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(report.ConnectMilliseconds, Is.EqualTo(new[] { 2.0 }));
        Assert.That(report.RunLength, Is.Zero);
        await agent.SayAsync("""{"type":"reports","sequence":2,"reports":null}""");
        Assert.That((await agent.HearAsync<ReportAck>()).Sequence, Is.EqualTo(2));
    }

    [TestCase("{}")]
    [TestCase("not json")]
    [TestCase("""{"type":"unheardOf"}""")]
    [TestCase("null")]
    public async Task Message_ThatCannotBeRead_EndsTheLinkOnly(string text)
    {
        await using var agent = await DialAsync("n1");
        await agent.SayAsync(text);
        Assert.That(await agent.HearAsync(), Is.Null);
        await Eventually.TrueAsync(() => _events.OfType<LoopEvent.AgentUnlinked>().Any(), "the loop is told");
        await using var next = await DialAsync("n1");
        await next.SayAsync(new ReportBatch(1, []));
        Assert.That(await next.HearAsync(), Is.InstanceOf<ReportAck>());
    }

    private Uri LinkAddress => new($"ws://{_address.Authority}{LinkProtocol.Path}");

    private Task<ScriptedAgent> DialAsync(string token) => ScriptedAgent.DialAsync(LinkAddress, token);

    /// <summary>The handshake as a plain request, so that a refusal can be read.</summary>
    private async Task<HttpResponseMessage> AskAsync(string? token)
    {
        using var http = new HttpClient { BaseAddress = _address };
        using var request = new HttpRequestMessage(HttpMethod.Get, LinkProtocol.Path);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(new byte[16]));
        request.Headers.Add("Sec-WebSocket-Protocol", LinkProtocol.SubProtocol);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await http.SendAsync(request);
    }

    private static PlanChange Add(ulong id) => PlanChange.None with
    {
        UpsertSources = [new ProbeSource { Id = "node", Vantage = VantageKind.Node }],
        UpsertProbes =
        [
            new PlannedProbe
            {
                Id = new ProbeId(id),
                Source = "node",
                Host = "10.0.0.1",
                Port = 80,
                Protocol = ProbeProtocol.Tcp,
                IntervalMilliseconds = 1000,
                TimeoutMilliseconds = 1000,
            },
        ],
    };

    private static ProbeReport ReportOf(DateTimeOffset time) => LoopWorld.Result(new ProbeId(1), ProbeOutcome.Succeeded, time, time, 1);

    private sealed class FakeLeadership : ILeadership
    {
        public bool IsLeader { get; set; }

        public string? LeaderAddress => "leader.example:8443";
    }

    /// <summary>The token is the node's name, but for some words.</summary>
    private sealed class TokensAreNodes : IAgentAuthenticator
    {
        private volatile bool _asked;

        public TaskCompletionSource? Gate { get; set; }

        public bool Asked => _asked;

        public async Task<AgentAuthentication> AuthenticateAsync(string token, CancellationToken cancellationToken)
        {
            _asked = true;
            await (Gate?.Task ?? Task.CompletedTask);
            return token switch
            {
                "bad" => new AgentAuthentication.Denied("not good"),
                "away" => new AgentAuthentication.Unavailable("nobody could say"),
                _ => new AgentAuthentication.Accepted(token),
            };
        }
    }
}
