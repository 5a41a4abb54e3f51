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

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private sealed class Chunks(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
