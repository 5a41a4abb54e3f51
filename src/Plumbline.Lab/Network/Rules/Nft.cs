using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Network.Rules;

/// <summary>The <c>nft</c> program, run inside a namespace.</summary>
internal static class Nft
{
    /// <summary>Loads a script as one transaction: all of it or nothing.</summary>
    /// <exception cref="IOException">nft refused; the message is nft's own.</exception>
    public static async Task LoadAsync(NetworkNamespace target, string script, CancellationToken cancellation)
    {
        var run = await Tool.RunAsync(
            NamespaceProcess.Prefix(target.Path, [Tool.PathOf("nft"), "-f", "-"]), script, cancellation);
        if (run.ExitCode != 0)
        {
            throw new IOException($"nft in {target.Name} refused the rules (exit {run.ExitCode}): {run.Error.Trim()}");
        }
    }
}
