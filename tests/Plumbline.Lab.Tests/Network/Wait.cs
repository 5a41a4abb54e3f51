using System.Diagnostics;

namespace Plumbline.Lab.Tests.Network;

internal static class Wait
{
    public static async Task UntilAsync(Func<bool> condition, string what = "the condition")
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)), $"waited in vain for {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }
}
