using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

[CancelAfter(30_000)]
public sealed class StateDirectoryTests
{
    private readonly string _path = InsideTests.NewStatePath();

    [TearDown]
    public void Remove()
    {
        if (File.Exists(_path))
        {
            File.Delete(_path);
        }

        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Test]
    public async Task Claim_OfLeftovers_RemovesThemAndDisposingRemovesAll(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(_path, "run-1", "deep"));
        await File.WriteAllTextAsync(Path.Combine(_path, "lock"), "1\n", cancellation);
        using (var claimed = await ClaimedAsync(cancellation))
        {
            Assert.That(Directory.GetFileSystemEntries(_path), Is.EquivalentTo([Path.Combine(_path, "lock"), claimed.RunPath]));
        }

        Assert.That(Directory.Exists(_path), Is.False);
    }

    [Test]
    public async Task Claim_WhileHeld_IsBusyAndDisturbsNothing(CancellationToken cancellation)
    {
        using var claimed = await ClaimedAsync(cancellation);
        var second = await StateDirectory.ClaimAsync(_path, TimeProvider.System, cancellation);
        Assert.That(second, Is.EqualTo(new ClaimOutcome.Busy(Environment.ProcessId)));
        StateDirectory.CleanUpAfterDeath(_path, Path.Combine(_path, "run-of-the-dead"));
        Assert.That(Directory.Exists(claimed.RunPath));
    }

    [Test]
    public async Task Claim_OfFileOrOpenDirectory_IsRefused(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(_path, "", cancellation);
        Assert.That(await ReasonAsync(), Does.Contain("is not a directory"));
        File.Delete(_path);
        Directory.CreateDirectory(_path);
        Assert.That(OperatingSystem.IsLinux());
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(_path, (UnixFileMode)0x1FF);
        }

        Assert.That(await ReasonAsync(), Does.Contain("others may write").And.Contain("chmod 700"));

        async Task<string> ReasonAsync() => ((ClaimOutcome.Refused)await StateDirectory.ClaimAsync(_path, TimeProvider.System, cancellation)).Reason;
    }

    [Test]
    public async Task Claims_OfManyAtOnce_NeverOverlap(CancellationToken cancellation)
    {
        var holders = 0;
        var won = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (_, token) =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (await StateDirectory.ClaimAsync(_path, TimeProvider.System, token) is ClaimOutcome.Claimed claimed)
                {
                    Assert.That(Interlocked.Increment(ref holders), Is.EqualTo(1));
                    Interlocked.Increment(ref won);
                    Interlocked.Decrement(ref holders);
                    claimed.Directory.Dispose();
                }
            }
        });
        Assert.That(won, Is.Positive);
        Assert.That(Directory.Exists(_path), Is.False);
    }

    private async Task<StateDirectory> ClaimedAsync(CancellationToken cancellation) =>
        ((ClaimOutcome.Claimed)await StateDirectory.ClaimAsync(_path, TimeProvider.System, cancellation)).Directory;
}
