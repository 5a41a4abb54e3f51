using NUnit.Framework;

namespace Plumbline.Agent.Tests;

public sealed class StartupPagesTests
{
    [TestCase("r-xp", "/usr/bin/plumbline", 0, 1)]
    [TestCase("r--s", "/usr/bin/plumbline", 0, 1)]
    [TestCase("r-xp", "/usr/bin/plumbline", 4, 0, TestName = "Clean_CodeWithPagesOfItsOwn_IsLeftAlone")]
    [TestCase("r--p", "/usr/bin/plumbline", 0, 0, TestName = "Clean_PrivateData_IsLeftAlone")]
    [TestCase("rw-p", "/usr/bin/plumbline", 0, 0, TestName = "Clean_Writable_IsLeftAlone")]
    [TestCase("rw-s", "/usr/bin/plumbline", 0, 0, TestName = "Clean_SharedWritable_IsLeftAlone")]
    [TestCase("r-xp", "", 0, 0, TestName = "Clean_Anonymous_IsLeftAlone")]
    [TestCase("r-xp", "[vdso]", 0, 0, TestName = "Clean_Kernels_IsLeftAlone")]
    [TestCase("r--s", "/memfd:doublemapper (deleted)", 0, 0, TestName = "Clean_MemoryWithoutFile_IsLeftAlone")]
    public void Clean_Mapping_OnlyWhatIsInTheFile(string permissions, string path, int anonymous, int expected)
    {
        string[] smaps =
        [
            $"7f0000001000-7f0000004000 {permissions} 00001000 08:01 42                         {path}",
            "Size:                 12 kB",
            "Rss:                   8 kB",
            "Pss:                   8 kB",
            $"Anonymous:             {anonymous} kB",
            "VmFlags: rd ex mr mw me",
        ];

        var clean = StartupPages.Clean(smaps).ToList();

        Assert.That(clean, Has.Count.EqualTo(expected));
        if (expected > 0)
            Assert.That(clean[0], Is.EqualTo((unchecked((nint)0x7f0000001000), (nint)0x3000, 8192L)));
    }

    [Test]
    public void Clean_SeveralMappings_EachByItsOwnLines()
    {
        string[] smaps =
        [
            "1000-2000 r-xp 00000000 08:01 1 /a b",
            "Rss: 4 kB",
            "Anonymous: 0 kB",
            "3000-4000 rw-p 00000000 08:01 1 /a b",
            "Rss: 4 kB",
            "Anonymous: 0 kB",
            "5000-6000 r-xp 00000000 08:01 1 /a b",
            "Rss: none",
            "Anonymous: 0 kB",
            "not a mapping",
            "Rss: 4 kB",
            "Anonymous: 0 kB",
        ];

        Assert.That(StartupPages.Clean(smaps).Select(mapping => (long)mapping.Start), Is.EqualTo(new[] { 0x1000L }));
    }

    [Test]
    public void GiveBack_ThisProcess_RunsOn()
    {
        Assert.That(StartupPages.GiveBack(), Is.GreaterThan(0));

        // Code that ran before the pages went, and code that did not.
        Assert.That(Enumerable.Range(0, 1000).Sum(), Is.EqualTo(499_500));
        Assert.That(System.Text.Json.JsonSerializer.Serialize(42), Is.EqualTo("42"));
    }

    [Test]
    public void GiveBack_NoProc_GivesNothing() => Assert.That(StartupPages.GiveBack("/nonexistent/smaps"), Is.Zero);
}
