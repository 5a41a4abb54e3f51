using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests.Support;

/// <summary>Waits on conditions, never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, what, () => { });

    /// <summary>Moves the clock on, in small steps, until the condition holds.</summary>
    public static Task TrueAsync(Func<bool> condition, string what, ManualTimeProvider clock, TimeSpan step) =>
        TrueAsync(condition, what, () => clock.Advance(step));

    public static async Task<T> CompletesAsync<T>(Task<T> task, ManualTimeProvider clock, TimeSpan step)
    {
        await TrueAsync(() => task.IsCompleted, "the task completes", clock, step);
        return await task;
    }

    private static async Task TrueAsync(Func<bool> condition, string what, Action between)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Deadline)
            {
                throw new AssertionException($"it never came true that {what}");
            }

            between();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }
}
