using Plumbline.Testing;
using k8s;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Tests.Support;

namespace Plumbline.Kubernetes.Tests.Connection;

public sealed class TransportTests
{
    [Test]
    public async Task TypedCall_BodyStalls_EndsWithItsToken()
    {
        var stalled = new TaskCompletionSource();
        await using var api = await FakeApi.StartAsync();
        api.Answer = async (context, _) =>
        {
            await FakeApi.Json("""{"kind":"NodeList","items":[{"metadata":""")(context, null!);
            await context.Response.Body.FlushAsync();
            stalled.SetResult();
            await api.HangAsync(context);
        };
        using var transport = new Transport(new ApiConnection { Server = api.Url, UseProxy = false });
        using var stop = new CancellationTokenSource();

        var list = Task.Run(() => transport.CoreV1.ListNodeAsync(cancellationToken: stop.Token));
        await stalled.Task;
        await stop.CancelAsync();

        await Eventually.TrueAsync(() => list.IsCompleted, "the call hears its token");
        Assert.That(list.IsCanceled, Is.True);
    }
}
