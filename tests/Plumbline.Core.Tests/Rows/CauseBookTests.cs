using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Rows;

public class CauseBookTests
{
    private readonly List<string> _changed = [];
    private CauseBook _book = null!;

    [SetUp]
    public void Empty()
    {
        _changed.Clear();
        _book = new CauseBook(row => _changed.Add(row.Name));
    }

    [Test]
    public void Row_Alone_HasItsOwnCause()
    {
        Set("a", "target/redis:6379", "host/redis", "node/n1");

        Assert.That(Of("a"), Is.EqualTo("target/redis:6379"));
        Assert.That(Of("b"), Is.Null);
    }

    [Test]
    public void Rows_OfOneThing_DoNotMakeItWider()
    {
        Set("a", "target/redis:6379", "host/redis", "node/n1");
        Set("b", "target/redis:6379", "host/redis", "node/n2");

        Assert.That((Of("a"), Of("b")), Is.EqualTo(("target/redis:6379", "target/redis:6379")));
    }

    [Test]
    public void Rows_OfDifferentThingsOnOneHost_AreTheHosts()
    {
        Set("a", "target/redis:6379", "host/redis");
        Set("b", "target/redis:6379", "host/redis");
        Assert.That(_changed, Is.Empty);

        Set("c", "target/redis:6380", "host/redis");

        Assert.That((Of("a"), Of("b"), Of("c")), Is.EqualTo(("host/redis", "host/redis", "host/redis")));
        Assert.That(_changed, Is.EquivalentTo(new[] { "a", "b", "c" }), "those that stayed as they were are told");
    }

    [Test]
    public void Rows_OfManyThingsThroughOneNode_AreTheNodes()
    {
        Set("a", "target/redis:6379", "host/redis", "node/n1");
        Set("b", "target/redis:6380", "host/redis", "node/n1");
        Set("c", "target/pg:5432", "host/pg", "node/n1");

        Assert.That((Of("a"), Of("b"), Of("c")), Is.EqualTo(("node/n1", "node/n1", "node/n1")));
    }

    [Test]
    public void Row_ThatWorksAgain_GivesTheOthersBackTheirOwnCause()
    {
        Set("a", "target/redis:6379", "host/redis");
        Set("b", "target/redis:6380", "host/redis");
        _changed.Clear();

        _book.Set(Key("b"), null);

        Assert.That((Of("a"), Of("b")), Is.EqualTo(("target/redis:6379", (string?)null)));
        Assert.That(_changed, Does.Contain("a"));
    }

    private void Set(string row, string key, params string[] shared) => _book.Set(Key(row), new Cause(key, key) { Shared = [.. shared] });

    private string? Of(string row) => _book.Of(Key(row))?.Key;

    private static NamespacedName Key(string row) => new("docs", row);
}
