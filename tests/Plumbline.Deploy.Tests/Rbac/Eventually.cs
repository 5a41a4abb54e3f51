namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>Waits on a condition, with a deadline that fails the test.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="otherwise">What to say beside <paramref name="what"/> when it never happened.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? otherwise = null, TimeSpan? within = null, TimeSpan? look = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Deadline, TimeProvider.System);
        while (!await condition())
        {
            Assert.That(deadline.IsCancellationRequested, Is.False, () => $"never happened: {what}\n{otherwise?.Invoke()}");
            await Task.Delay(look ?? Look, TimeProvider.System, CancellationToken.None);
        }
    }
}
