using System.Text;
using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Tests;

public sealed class ListReaderTests
{
    [TestCase(1)]
    [TestCase(1_000)]
    [TestCase(16_384)]
    public async Task List_WithABadItemLargerThanTheBuffer_LosesThatItemOnly(int chunk)
    {
        var big = new string('x', 200_000);
        var json = $$"""
            {"kind":"PodList","items":[{"metadata":{"name":"a","labels":{"big":"{{big}}"} }, "unknown":[1,{}]},
            {"metadata":{"namespace":"n","name":"bad"},"spec":{"hostNetwork":"{{big}}"} },{"metadata":{"name":"c"} }],
            "metadata":{"resourceVersion":"7","continue":"t"},"later":{"items":[1]} }
            """;
        using var stream = new Chunks(Encoding.UTF8.GetBytes(json), chunk);

        var list = await new ListReader<V1Pod>(new KindContracts(UsedFields.Table).Bulk<V1Pod>()).ReadAsync(stream, CancellationToken.None);

        Assert.That(list.Items.Select(p => (p.Metadata.Name, p.Metadata.Labels?["big"].Length)), Is.EqualTo(new (string, int?)[] { ("a", 200_000), ("c", null) }));
        Assert.That(list.Unreadable.Select(u => (u.Namespace, u.Name)), Is.EqualTo(new[] { ("n", "bad") }));
        Assert.That((list.ResourceVersion, list.Continue), Is.EqualTo(("7", "t")));
    }

    [Test]
    public async Task List_WhatRepeats_IsOneStringInMemory()
    {
        const string Label = """{"app":"billing \u00fc","zone":"zürich","empty":""}""";
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(
            $$"""{"items":[{"metadata":{"name":"a","namespace":"n","labels":{{Label}} } },{"metadata":{"name":"a","namespace":"n","labels":{{Label}} } }],"metadata":{} }"""));

        var items = (await new ListReader<V1Pod>(KindContracts.Models.Bulk<V1Pod>()).ReadAsync(body, CancellationToken.None)).Items;

        var (one, other) = (items[0].Metadata, items[1].Metadata);
        Assert.That(one.Labels, Is.EqualTo(new Dictionary<string, string> { ["app"] = "billing ü", ["zone"] = "zürich", ["empty"] = "" }));
        Assert.That(other.Labels, Is.EqualTo(one.Labels));
        Assert.That(other.NamespaceProperty, Is.SameAs(one.NamespaceProperty));
        Assert.That(other.Labels.Keys.First(), Is.SameAs(one.Labels.Keys.First()));
        Assert.That(other.Name, Is.EqualTo(one.Name).And.Not.SameAs(one.Name), "names differ from object to object");
    }

    [Test]
    public async Task List_MoreDifferentStringsThanTheTableHolds_AreAllReadRight()
    {
        const int Count = 50_000;
        var items = string.Join(',', Enumerable.Range(0, Count).Select(i => $$"""{"metadata":{"name":"p{{i}}","namespace":"n{{i}}","labels":{"k{{i}}":"v{{i}}"} } }"""));
        using var body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"items":[{{items}}],"metadata":{} }"""));

        var list = await new ListReader<V1Pod>(KindContracts.Models.Bulk<V1Pod>()).ReadAsync(body, CancellationToken.None);

        Assert.That(
            list.Items.Select(p => (p.Metadata.NamespaceProperty, p.Metadata.Labels.Single().Key, p.Metadata.Labels.Single().Value)),
            Is.EqualTo(Enumerable.Range(0, Count).Select(i => ($"n{i}", $"k{i}", $"v{i}"))));
    }

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private sealed class Chunks(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
