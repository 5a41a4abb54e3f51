using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Rows;

/// <summary>A Service that leads to the destination no more does not leave its row in silence.</summary>
public class ReachedServicesTests
{
    private static readonly NamespacedName Db = new("db", "db");
    private static readonly ProbeSettings Settings = ProbeSettings.Default;
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private World _world = null!;
    private ReachedServices _reached = null!;

    [SetUp]
    public void Work()
    {
        _world = new World().Workload("client").Workload("db").Service("db", 5432, 5432);
        _reached = new ReachedServices([]);
        Look(Now);
        _reached.Works(Db, 5432);
        _reached.Works(Db, 5432);
    }

    [Test]
    public void Works_Twice_IsKnownOnce() => Assert.That(_reached.All, Is.EqualTo(new[] { new ReachedService(Db, 5432, null) }));

    [Test]
    public void Lost_SelectorWasChanged_IsSaidOnceItLasts()
    {
        Deselect();
        Look(Now);

        DateTimeOffset? next = null;
        Assert.That(_reached.LostAt(Now, Settings, _world.Cluster, at => next = at), Is.Empty, "a change may be under way");
        Assert.That(next, Is.EqualTo(Now + Settings.SettledWithin));
        var lost = _reached.LostAt(next!.Value, Settings, _world.Cluster, _ => { }).Single();
        Assert.That((lost.Port, lost.Reason), Is.EqualTo((5432, Reasons.NoReadyEndpoints)));
        Assert.That(lost.Explanation, Does.StartWith("Service db/db, by which the destination was reached until 2026-03-01 12:00:00Z, leads to none of its pods any more"));
    }

    [Test]
    public void Lost_ThenFoundAgain_IsForgotten()
    {
        var service = _world.Cluster.Service(Db)!;
        var slice = _world.Cluster.SlicesOf(Db).Single();
        Deselect();
        Look(Now);
        _world.Cluster.Set(Db, service, []);
        _world.Cluster.Set(Db, slice, []);
        Look(Now.AddMinutes(1));

        Assert.That(_reached.LostAt(Now.AddHours(1), Settings, _world.Cluster, _ => { }), Is.Empty);
    }

    [Test]
    public void Lost_PortWasChanged_IsServicePortMissing()
    {
        var service = _world.Cluster.Service(Db)!;
        _world.Cluster.Set(Db, service with { Ports = [new("main", 5433, "TCP", "5432")] }, []);
        Look(Now);

        Assert.That(_reached.LostAt(Now.AddHours(1), Settings, _world.Cluster, _ => { }).Single().Reason, Is.EqualTo(Reasons.ServicePortMissing));
    }

    [Test]
    public void Lost_PortIsAnotherOneInThisCluster_IsLookedForByThat()
    {
        var components = new ComponentDirectory(
            _world.Components.Find(new NamespacedName("docs", "client"))!,
            _world.Components.Find(new NamespacedName("docs", "db"))! with { PortOverrides = ImmutableDictionary<int, int>.Empty.Add(15432, 5432) });
        var row = Row("client", "db", 15432);
        _reached = new ReachedServices([]);
        Look();
        _reached.Works(Db, 15432);
        Deselect();
        Look();

        Assert.That(_reached.LostAt(Now.AddHours(1), Settings, _world.Cluster, _ => { }).Single().Reason, Is.EqualTo(Reasons.NoReadyEndpoints), "it has the port");

        void Look() => _reached.Resolved((ConnectionResolution.Resolved)ConnectionResolver.Resolve(row, components, _world.Cluster), _world.Cluster, Now);
    }

    [Test]
    public void Lost_DeletedWithoutAnother_IsSaid()
    {
        Delete();
        Look(Now);

        Assert.That(_reached.LostAt(Now.AddHours(1), Settings, _world.Cluster, _ => { }).Single().Explanation, Does.EndWith("is gone"));
    }

    [Test]
    public void Lost_DeletedWhileAnotherServesThePort_WasRenamed()
    {
        var other = new NamespacedName("db", "postgres");
        _world.Cluster.Set(other, _world.Cluster.Service(Db)! with { Key = other }, []);
        _world.Cluster.Set(other, _world.Cluster.SlicesOf(Db).Single() with { Key = other, Service = "postgres" }, []);
        Delete();
        Look(Now);

        Assert.That(_reached.All, Is.Empty);
    }

    [Test]
    public void Known_FromBeforeARestart_IsStillLost()
    {
        Deselect();
        _reached = new ReachedServices([new ReachedService(Db, 5432, Now.AddHours(-1))]);
        Look(Now);

        Assert.That(_reached.LostAt(Now, Settings, _world.Cluster, _ => { }).Single().Explanation, Does.Contain("2026-03-01 11:00:00Z"));
    }

    private void Deselect()
    {
        _world.Cluster.Set(Db, _world.Cluster.Service(Db)! with { Selector = ImmutableSortedDictionary<string, string>.Empty.Add("app", "other") }, []);
        _world.Cluster.Set(Db, _world.Cluster.SlicesOf(Db).Single() with { Endpoints = [] }, []);
    }

    private void Delete()
    {
        _world.Cluster.Set(Db, (ServiceFacts?)null, []);
        _world.Cluster.Set(Db, (EndpointSliceFacts?)null, []);
    }

    private void Look(DateTimeOffset now) => _reached.Resolved((ConnectionResolution.Resolved)_world.Resolve(Row("client", "db", 5432)), _world.Cluster, now);
}
