namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>What the test's own process holds, by the kernel's word.</summary>
internal static class ProcessFacts
{
    public static IReadOnlyList<string> Descriptors => [.. Directory.GetFiles("/proc/self/fd").Select(LinkOf).Where(link => link.Length > 0)];

    /// <summary>The network namespaces that its threads are in; one, unless a thread was left behind.</summary>
    public static IReadOnlyList<string> ThreadNamespaces =>
        [.. Directory.GetDirectories("/proc/self/task").Select(task => LinkOf($"{task}/ns/net")).Where(link => link.Length > 0).Distinct()];

    /// <summary>Threads whose name begins so; the kernel keeps 15 characters.</summary>
    public static int ThreadsNamed(string name) => Directory.GetDirectories("/proc/self/task").Count(task => ReadName(task).StartsWith(name, StringComparison.Ordinal));

    public static string LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string ReadName(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
