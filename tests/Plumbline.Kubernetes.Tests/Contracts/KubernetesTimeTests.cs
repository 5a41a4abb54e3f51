using System.Text.Json;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Tests.Contracts;

/// <summary>The API server refuses a MicroTime without exactly six digits of a second, which KubernetesClient leaves out for whole seconds.</summary>
public sealed class KubernetesTimeTests
{
    private static readonly DateTime WholeSecond = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [TestCase(0, "2026-01-02T03:04:05.000000Z")]
    [TestCase(5_000_000, "2026-01-02T03:04:05.500000Z")]
    [TestCase(1_234_567, "2026-01-02T03:04:05.123456Z")]
    public void MicroTime_AnyFraction_HasSixDigits(long ticks, string expected)
    {
        var at = WholeSecond.AddTicks(ticks);
        var lease = Write(new V1LeaseSpec { AcquireTime = at, RenewTime = at });
        var recorded = Write(new Eventsv1Event { EventTime = at });
        var series = Write(new Eventsv1EventSeries { Count = 2, LastObservedTime = at });

        Assert.That(
            (Text(lease, "acquireTime"), Text(lease, "renewTime"), Text(recorded, "eventTime"), Text(series, "lastObservedTime")),
            Is.EqualTo((expected, expected, expected, expected)));
    }

    [Test]
    public void MicroTime_NotSet_IsLeftOut() => Assert.That(Write(new V1LeaseSpec { HolderIdentity = "" }).EnumerateObject().Select(p => p.Name), Is.EqualTo(["holderIdentity"]));

    [TestCase(0)]
    [TestCase(5_000_000)]
    public void Time_AnyFraction_HasWholeSeconds(long ticks) =>
        Assert.That(Text(Write(new V1ObjectMeta { CreationTimestamp = WholeSecond.AddTicks(ticks) }), "creationTimestamp"), Is.EqualTo("2026-01-02T03:04:05Z"));

    [TestCase("2026-01-02T03:04:05Z")]
    [TestCase("2026-01-02T03:04:05.000000Z")]
    [TestCase("2026-01-02T04:04:05+01:00")]
    public void Times_InAnyForm_AreReadAsUtc(string text)
    {
        var lease = JsonSerializer.Deserialize($$"""{"renewTime":"{{text}}"}""", KindContracts.Models.Full<V1LeaseSpec>())!;
        var metadata = JsonSerializer.Deserialize($$"""{"creationTimestamp":"{{text}}"}""", KindContracts.Models.Full<V1ObjectMeta>())!;

        Assert.That((lease.RenewTime, metadata.CreationTimestamp), Is.EqualTo(((DateTime?)WholeSecond, (DateTime?)WholeSecond)));
    }

    private static JsonElement Write<T>(T value) => JsonSerializer.SerializeToElement(value, KindContracts.Models.Full<T>());

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
