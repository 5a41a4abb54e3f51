using System.Net.Sockets;

namespace Plumbline.Observability.Tests.Live;

/// <summary>Waits on what servers of other processes say.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Nobody who listens yet counts as not true yet.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan limit, CancellationToken cancellation) =>
        Testing.Eventually.TrueAsync(() => HoldsAsync(condition), what, limit, Look, cancellation);

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException or IOException)
        {
            return false;
        }
    }
}
