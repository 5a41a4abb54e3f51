using System.Diagnostics;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>Starts programs inside a pinned network namespace; they keep the lab's mounts and processes, and their own process id.</summary>
public static class NamespaceProcess
{
    /// <summary>Changes <paramref name="start"/> so that the program starts inside <paramref name="target"/>, say a node's agent in its node's network.</summary>
    public static ProcessStartInfo In(NetworkNamespace target, ProcessStartInfo start)
    {
        var command = Prefix(target.Path, [start.FileName, .. start.ArgumentList]);
        start.FileName = command[0];
        start.ArgumentList.Clear();
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <remarks>nsenter becomes the program (exec), it does not stay as its parent.</remarks>
    internal static IReadOnlyList<string> Prefix(string namespacePath, IReadOnlyList<string> command) =>
        [Tool.PathOf("nsenter"), $"--net={namespacePath}", "--", .. command];
}
