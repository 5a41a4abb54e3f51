namespace Plumbline.Probing.Names;

/// <summary>The node's resolver configuration, read again when the file has changed: nodes get another one with every lease. Only on the loop's thread.</summary>
internal sealed class NodeResolverFile(string path)
{
    private (string File, DateTime Changed, long Length) _version;
    private ResolverSettings? _known;

    public (ResolverSettings? Settings, string? Failure) Read()
    {
        try
        {
            // Often a link (systemd-resolved, NetworkManager): what it leads to is what changes, and where it leads.
            var file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            var version = (file.FullName, file.LastWriteTimeUtc, file.Length);
            if (_known is null || version != _version)
                (_known, _version) = (ResolverSettings.Parse(File.ReadLines(path)), version);
            return (_known, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _known = null;
            return (null, $"cannot read the node's resolver configuration {path}: {e.Message}");
        }
    }
}
