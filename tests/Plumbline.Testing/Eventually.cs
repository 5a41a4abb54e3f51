using System.Runtime.CompilerServices;

namespace Plumbline.Testing;

/// <summary>
/// Waits on a condition, with a deadline that fails the test: never for a time. The deadline is generous, since the machines that run tests are slow.
/// </summary>
public static class Eventually
{
    /// <summary>Default deadline. 60 s.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <param name="what">Default: the condition as it stands in the test.</param>
    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "", TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), () => what, within);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null) => TrueAsync(condition, () => what, within);

    /// <param name="what">Asked once the time is over: it may say what was seen last.</param>
    /// <param name="look">Time between two looks. Default 10 ms; more where a look is dear.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? within = null, TimeSpan? look = null, CancellationToken cancellation = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > (within ?? Deadline))
                throw new TimeoutException($"waited in vain until {what()}");
            await Task.Delay(look ?? Look, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Moves the clock on, in small steps, until the condition holds.</summary>
    public static Task TrueAsync(Func<bool> condition, string what, ManualTimeProvider clock, TimeSpan step) => TrueAsync(
        () =>
        {
            if (condition())
                return true;
            clock.Advance(step);
            return false;
        },
        what);

    public static async Task<T> CompletesAsync<T>(Task<T> task, ManualTimeProvider clock, TimeSpan step)
    {
        await TrueAsync(() => task.IsCompleted, "the task completes", clock, step);
        return await task;
    }
}
