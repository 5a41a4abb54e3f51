using Plumbline.Lab.Estate;
using Plumbline.Lab.Running;

namespace Plumbline.Lab.Faults;

/// <summary>
/// The nodes' own resolver configuration. All share one file, which people may edit by hand; a node whose resolver differs gets one of its own in place of the
/// link to it.
/// </summary>
internal sealed class NodeResolvers(LabPaths paths, IReadOnlyList<string> nodes, string apart)
{
    private readonly Dictionary<string, string> _own = [];

    public void Set(IReadOnlyList<FaultVerb.OfResolver> faults)
    {
        foreach (var node in nodes)
        {
            var own = faults.LastOrDefault(f => f.Node == node) ?? faults.LastOrDefault(f => f.Node is null);
            var text = own is null ? "" : Text(own);
            if (_own.GetValueOrDefault(node, "") == text)
            {
                continue;
            }

            var path = paths.NodeResolvConf(node);
            if (text.Length == 0)
            {
                LinkToShared(path);
            }
            else
            {
                LabFiles.Secret(path, text);
            }

            _own[node] = text;
        }
    }

    public static void LinkToShared(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, "resolv.conf");
    }

    private string Text(FaultVerb.OfResolver resolver) =>
        (resolver.Search.Count > 0 ? $"search {string.Join(' ', resolver.Search)}\n" : "") + $"nameserver {(resolver.Apart ? apart : ClusterDns.Address)}\n";
}
