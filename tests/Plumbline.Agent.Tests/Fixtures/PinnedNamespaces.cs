using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Agent.Tests.Fixtures;

/// <summary>
/// A directory as a node's <c>/run/netns</c> would be: it has the namespaces of this test's network and of no other, which may use the same
/// addresses at the same time.
/// </summary>
internal sealed class PinnedNamespaces : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("plumbline-netns-");
    private readonly string _prefix;

    public PinnedNamespaces(TestNetwork network)
    {
        _prefix = System.IO.Path.GetFileName(network.Source.Path!)[..^1];
        Refresh();
    }

    public string Path => _directory.FullName;

    /// <summary>After a namespace was added; one that was removed leaves a link to nothing, which is no namespace.</summary>
    public void Refresh()
    {
        foreach (var file in Directory.GetFiles("/run/netns", _prefix + "*"))
        {
            var link = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file));
            if (new FileInfo(link).LinkTarget is null)
                File.CreateSymbolicLink(link, file);
        }
    }

    public void Dispose() => _directory.Delete(true);
}
